// What docs/from_sparseconvnet.md shows: a program carried over, and a state dict of SparseConvNet that gives its
// results here.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"
#include "scn/io/io.hpp"
#include "scn/scn.hpp"
#include "support/temporary_folder.hpp"

namespace {

using namespace scn;

PointClassifier<3> make_net(Cpu& device) {
  AnySequential<3> sparse_model;
  sparse_model.add("1", SubmanifoldConvolution<3>{device, 4, 16, 3, {.bias = false}})
      .add("2", UNet<3>{device, {.channels = {16, 32, 48}}})
      .add("3", BatchNormReLU<Cpu>{device, 16});
  return {sparse_model, OutputLayer<3>{device}, NetworkInNetwork{device, 16, 11}};
}

struct Scene {
  std::vector<Site<3>> sites;
  std::vector<float> features;
  std::vector<std::int32_t> labels;
};

/// A floor of class 0 and a wall of class 1, two points in some voxels.
Scene room() {
  Scene scene;
  const auto add = [&](std::int32_t x, std::int32_t y, std::int32_t z, std::int32_t label) {
    scene.sites.push_back({0, {x, y, z}});
    scene.features.insert(scene.features.end(), {1, 0, 0, 0});
    scene.labels.push_back(label);
  };
  for (std::int32_t x = 0; x < 12; ++x)
    for (std::int32_t y = 0; y < 6; ++y) {
      add(x, y, 0, 0);
      add(x, 7, y + 1, 1);
      if (y == 2) add(x, y, 0, 0);
    }
  return scene;
}

TEST_CASE("The program of the documents trains, infers and saves") {
  const TemporaryFolder folder;
  const std::string file = folder / "net.safetensors";
  const std::vector<Scene> batches(20, room());

  Cpu device{.seed = 1};
  const InputLayer<3> input{device, Point<3>(4096), Duplicates::mean};
  const auto net = make_net(device);
  SGD optimizer{net.parameters(), {.rate = 0.1, .momentum = 0.9, .weight_decay = 1e-4, .nesterov = true}};

  for (const auto& [sites, features, labels] : batches) {
    Tape tape;
    const auto loss = cross_entropy(net(input(sites, features), &tape), labels, &tape);
    tape.backward(loss);
    optimizer.step();  // uses the gradients and clears them
  }

  const auto& [sites, features, labels] = batches.front();
  const auto scores = net(input(sites, features));
  save(net.parameters(), file);

  CHECK((scores.rows().bound == std::ssize(sites) && scores.channels() == 11));
  CHECK(net.parameters().find("sparseModel.2.1.1.2.1.1.2.0.1.weight") != nullptr);
  CHECK(net.parameters().find("linear.weight")->shape == std::vector<std::int64_t>{16, 11});
  Cpu another{.seed = 2};
  const auto loaded = make_net(another);
  const float before = cross_entropy(loaded(input(sites, features)), labels).value().to_host()[0];
  CHECK(cross_entropy(scores, labels).value().to_host()[0] < 0.5f * before);
  load(loaded.parameters(), file);
  CHECK(loaded(input(sites, features)).value().to_host() == scores.value().to_host());
}

/// Whether a stored result is a parameter or buffer of the network, by its state-dict name.
bool is_state(const std::string& name) { return name[0] >= '0' && name[0] <= '9'; }

TEST_CASE("A state dict of SparseConvNet, written as the documents say, gives its scores") {
  const TemporaryFolder folder;
  const std::string file = folder / "net.safetensors";
  const SafetensorsFile stored(SCN_SOURCE_DIR "/tests/golden/segmentation_3d.safetensors");
  std::vector<std::vector<float>> values;
  std::vector<TensorEntry> state;
  for (const TensorEntry& tensor : stored.tensors()) {
    if (!is_state(tensor.name)) continue;
    state.push_back(tensor);
    values.push_back(stored.values<float>(tensor.name));
    if (tensor.name != "4.weight") continue;  // of a torch.nn.Linear: transposed
    const auto rows = static_cast<std::size_t>(tensor.shape[0]), columns = static_cast<std::size_t>(tensor.shape[1]);
    std::vector<float> transposed(values.back().size());
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = 0; j < columns; ++j) transposed[j * rows + i] = values.back()[i * columns + j];
    values.back() = transposed;
    std::swap(state.back().shape[0], state.back().shape[1]);
  }
  for (std::size_t i = 0; i < state.size(); ++i) state[i].bytes = std::as_bytes(std::span<const float>(values[i]));
  write_safetensors(file, state);

  Cpu device;
  const Sequential net{SubmanifoldConvolution<3>{device, 3, 4, 3, {.bias = false}},
                       UNet<3>{device, {.channels = {4, 5, 6}}}, BatchNormReLU{device, 4}, OutputLayer<3>{device},
                       NetworkInNetwork{device, 4, 5}};
  load(net.parameters(), file);

  std::vector<Site<3>> sites;
  const auto coordinates = stored.values<std::int64_t>("in_coords");
  const auto at = [&](std::size_t i) { return static_cast<std::int32_t>(coordinates[i]); };
  for (std::size_t i = 0; i < coordinates.size(); i += 4) sites.push_back({at(i + 3), {at(i), at(i + 1), at(i + 2)}});
  const auto size = stored.values<std::int64_t>("spatial_size");
  const Point<3> extent{static_cast<std::int32_t>(size[0]), static_cast<std::int32_t>(size[1]),
                        static_cast<std::int32_t>(size[2])};
  Tape tape;
  const auto x = InputLayer<3>{device, extent, Duplicates::mean}(sites, stored.values<float>("in_features"));
  const auto scores = net(x, &tape).value().to_host();
  const auto expected = stored.values<double>("f64/out_features");
  REQUIRE(scores.size() == expected.size());
  double worst = 0, largest = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    worst = std::max(worst, std::abs(scores[i] - expected[i]));
    largest = std::max(largest, std::abs(expected[i]));
  }
  CHECK(worst < 1e-5 * largest);
}

/// Whole numbers from -4 to 4, the same for a count.
std::vector<float> whole_numbers(std::size_t count) {
  std::vector<float> numbers;
  for (std::size_t i = 0; i < count; ++i) numbers.push_back(static_cast<float>((i * 2654435761u >> 7) % 9) - 4);
  return numbers;
}

/// A patch of sites with gaps, and `channels` numbers at each.
SparseTensor<2> patch(Cpu& device, std::size_t channels) {
  std::vector<Site<2>> sites;
  for (std::int32_t i = 0; i < 5; ++i)
    for (std::int32_t j = 0; j < 5; ++j)
      if ((i * 5 + j) % 4 != 1) sites.push_back({0, {i, j}});
  return InputLayer<2>{device}(sites, whole_numbers(sites.size() * channels));
}

template <class Layer>
void set_weight(const Layer& layer, const std::vector<float>& numbers) {
  std::vector<Parameter<Cpu>> all;
  layer.parameters("", all);
  Matrix<Cpu>& weight = all[0].variable.value();
  weight =
      Matrix<Cpu>::from_host(weight.device(), weight.rows().bound, weight.channels(), std::span<const float>(numbers));
}

/// sum over the taps of x(o + offset) w(tap, channel, ...), for each site in the order of the rows.
template <class Weight>
std::vector<float> naive(const SparseTensor<2>& x, const std::vector<Point<2>>& offsets, std::size_t out,
                         const Weight& weight) {
  const auto sites = x.get_spatial_locations();
  const auto features = x.features.value().to_host();
  const auto channels = static_cast<std::size_t>(x.channels());
  std::vector<float> sums(sites.size() * out);
  for (std::size_t row = 0; row < sites.size(); ++row)
    for (std::size_t tap = 0; tap < offsets.size(); ++tap) {
      const Site<2> there{0, {sites[row].at[0] + offsets[tap][0], sites[row].at[1] + offsets[tap][1]}};
      const auto found = std::find(sites.begin(), sites.end(), there);
      if (found == sites.end()) continue;
      const auto in = static_cast<std::size_t>(found - sites.begin());
      for (std::size_t c = 0; c < channels; ++c)
        for (std::size_t o = 0; o < out; ++o) sums[row * out + o] += features[in * channels + c] * weight(tap, c, o);
    }
  return sums;
}

TEST_CASE("The weight of a dense convolution of PyTorch moves over element by element") {
  Cpu device;
  const std::size_t in = 4, out = 6, groups = 2, taps = 6;
  const auto theirs = whole_numbers(out * in / groups * taps);  // (out, in / groups, 3, 2)
  std::vector<float> ours(theirs.size());                       // (6, groups, in / groups, out / groups)
  for (std::size_t k = 0; k < taps; ++k)
    for (std::size_t j = 0; j < groups; ++j)
      for (std::size_t i = 0; i < in / groups; ++i)
        for (std::size_t o = 0; o < out / groups; ++o)
          ours[((k * groups + j) * (in / groups) + i) * (out / groups) + o] =
              theirs[((j * out / groups + o) * (in / groups) + i) * taps + k];
  const SubmanifoldConvolution<2> layer{device, 4, 6, {3, 2}, {.bias = false, .groups = 2}};
  set_weight(layer, ours);
  const auto x = patch(device, in);
  const std::vector<Point<2>> offsets{{-1, -1}, {-1, 0}, {0, -1}, {0, 0}, {1, -1}, {1, 0}};  // padding (1, 1)
  const auto expected = naive(x, offsets, out, [&](std::size_t tap, std::size_t c, std::size_t o) {
    const bool same_group = c / (in / groups) == o / (out / groups);
    return same_group ? theirs[(o * (in / groups) + c % (in / groups)) * taps + tap] : 0.0f;
  });
  CHECK(layer(x).features.value().to_host() == expected);
}

TEST_CASE(
    "A permutohedral weight of SparseConvNet in two dimensions gives its function once weight 0 is at the centre") {
  Cpu device;
  const auto theirs = whole_numbers(7 * 2 * 3);
  auto ours = theirs;
  for (std::size_t i = 0; i < 6; ++i) {
    ours[3 * 6 + i] += ours[i];  // w[3] += w[0]
    ours[i] = 0;                 // w[0] = 0
  }
  const PermutohedralSubmanifoldConvolution<2> layer{device, 2, 3, {.bias = false}};
  set_weight(layer, ours);
  const auto x = patch(device, 2);
  const std::vector<Point<2>> offsets{{0, 0}, {1, -1}, {-1, 0}, {0, 0}, {1, 0}, {-1, 1}, {0, 1}};  // the centre twice
  const auto expected = naive(
      x, offsets, 3, [&](std::size_t tap, std::size_t c, std::size_t o) { return theirs[(tap * 2 + c) * 3 + o]; });
  CHECK(layer(x).features.value().to_host() == expected);
}

}  // namespace
