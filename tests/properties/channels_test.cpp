// Properties of the channels of convolutions: their order does not matter, and groups are blocks of one large matrix.
#include <numeric>

#include "check.hpp"
#include "support/comparison.hpp"

namespace {

using oracle::difference;
using properties::ConvolutionCase;
using properties::Features;
using properties::Pass;
using properties::Random;
using properties::run;

/// place[c] = where channel c of `groups` groups goes: groups change places, and so do channels within each.
std::vector<std::size_t> random_places(Random& random, const std::vector<std::size_t>& groups, std::size_t channels) {
  const std::size_t each = channels / groups.size();
  std::vector<std::size_t> places;
  for (const std::size_t group : groups)
    for (const std::size_t within : properties::random_order(random, each)) places.push_back(group * each + within);
  return places;
}

std::vector<double> moved(const std::vector<double>& channels, const std::vector<std::size_t>& places) {
  std::vector<double> result(channels.size());
  for (std::size_t c = 0; c < channels.size(); ++c) result[places[c]] = channels[c];
  return result;
}

Features moved(Features x, const std::vector<std::size_t>& places) {
  for (auto& [site, channels] : x) channels = moved(channels, places);
  return x;
}

/// Weights of a layer like `layer` whose channels are elsewhere.
std::vector<double> moved(const oracle::Convolution& layer, const std::vector<double>& weight,
                          const std::vector<std::size_t>& in_places, const std::vector<std::size_t>& out_places) {
  const std::size_t in = layer.in / layer.groups, out = layer.out / layer.groups;
  std::vector<double> result(weight.size());
  for (std::size_t tap = 0; tap < layer.taps; ++tap)
    for (std::size_t group = 0; group < layer.groups; ++group)
      for (std::size_t i = 0; i < in; ++i)
        for (std::size_t o = 0; o < out; ++o) {
          const std::size_t to_in = in_places[group * in + i], to_out = out_places[group * out + o];
          result[layer.place(tap, to_in / in, to_in % in, to_out % out)] = weight[layer.place(tap, group, i, o)];
        }
  return result;
}

TEST_CASE("The order of channels, with that of the weights, is that of outputs and gradients", "[PRP-02]") {
  properties::check(31, {}, [](ConvolutionCase drawn, Random& random) {
    drawn.layer.bias = oracle::random_integers(random, drawn.layer.out);
    const auto groups = properties::random_order(random, drawn.layer.groups);
    const auto in = random_places(random, groups, drawn.layer.in), out = random_places(random, groups, drawn.layer.out);
    ConvolutionCase changed = drawn;
    changed.x = moved(drawn.x, in);
    changed.layer.weight = moved(drawn.layer, drawn.layer.weight, in, out);
    changed.layer.bias = moved(drawn.layer.bias, out);
    const Features dy = properties::random_features(random, properties::output_sites(drawn), drawn.layer.out);
    const Pass before = run<float>(drawn, dy), after = run<float>(changed, moved(dy, out));
    return difference(moved(before.y, out), after.y) + difference(moved(before.dx, in), after.dx) +
           difference(moved(drawn.layer, before.dweight, in, out), after.dweight) +
           difference(moved(before.dbias, out), after.dbias);
  });
}

/// Weights of groups as those of one group, zero between channels of two.
std::vector<double> block_diagonal(const oracle::Convolution& layer) {
  const std::size_t in = layer.in / layer.groups, out = layer.out / layer.groups;
  std::vector<double> whole(layer.taps * layer.in * layer.out, 0.0);
  for (std::size_t tap = 0; tap < layer.taps; ++tap)
    for (std::size_t i = 0; i < layer.in; ++i)
      for (std::size_t o = 0; o < out; ++o)
        whole[(tap * layer.in + i) * layer.out + i / in * out + o] = layer.weight[layer.place(tap, i / in, i % in, o)];
  return whole;
}

/// Those of the weights of one group that lie in a block.
std::vector<double> blocks(const oracle::Convolution& layer, const std::vector<double>& whole) {
  const std::size_t in = layer.in / layer.groups, out = layer.out / layer.groups;
  std::vector<double> weight(layer.weights());
  for (std::size_t tap = 0; tap < layer.taps; ++tap)
    for (std::size_t i = 0; i < layer.in; ++i)
      for (std::size_t o = 0; o < out; ++o)
        weight[layer.place(tap, i / in, i % in, o)] = whole[(tap * layer.in + i) * layer.out + i / in * out + o];
  return weight;
}

TEST_CASE("Groups are the blocks on the diagonal of a convolution without groups, bias included", "[PRP-14]") {
  properties::check(32, {.groups = {2, 2, 3, 4}}, [](ConvolutionCase drawn, Random& random) {
    drawn.layer.bias = oracle::random_integers(random, drawn.layer.out);
    ConvolutionCase whole = drawn;
    whole.layer.groups = 1;
    whole.layer.weight = block_diagonal(drawn.layer);
    const Features dy = properties::random_features(random, properties::output_sites(drawn), drawn.layer.out);
    const Pass grouped = run<float>(drawn, dy), full = run<float>(whole, dy);
    return difference(full.y, grouped.y) + difference(full.dx, grouped.dx) +
           difference(blocks(drawn.layer, full.dweight), grouped.dweight) + difference(full.dbias, grouped.dbias);
  });
}

}  // namespace
