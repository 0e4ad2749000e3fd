// Tests of tensors brought onto the union or the intersection of their sites.
#include "scn/layers/union.hpp"

#include "catch.hpp"
#include "scn/layers/tables.hpp"
#include "support/layer_cases.hpp"
#include "support/oracle_subsets.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::AddTable;
using scn::intersect;
using scn::JoinTable;
using scn::Point;
using scn::SparseTensor;
using scn::Tape;
using scn::unite;

template <int D>
using Tensors = scn::Tensors<D, Double>;

/// Three inputs of `channels` that share some sites, the last on samples 0 to 4.
std::vector<oracle::Features> three(int dimension, std::size_t channels) {
  oracle::Features a = layer_cases::batch(1, dimension, channels), b = layer_cases::batch(2, dimension, channels), c;
  std::size_t position = 0;
  for (const auto& [site, row] : layer_cases::batch(3, dimension, channels)) {
    if (++position % 2 == 0) a[site] = row;
    if (position % 3 != 0) b[site] = row;
    c[site] = row;
  }
  c[{4, oracle::Coordinates(static_cast<std::size_t>(dimension), 1)}] = oracle::Channels(channels, 7.0);
  return {a, b, c};
}

template <int D>
Tensors<D> tensors(Double& device, const std::vector<oracle::Features>& all, std::int64_t channels,
                   std::optional<Point<D>> extent = {}) {
  Tensors<D> result;
  for (const auto& x : all) result.push_back(layer_cases::tensor<D>(device, x, channels, extent));
  return result;
}

/// The sum over the union or the intersection with other tensors, as a layer of the tensor at `place`.
template <int D>
struct Sum {
  Tensors<D> all;
  std::size_t place;
  bool everything;
  SparseTensor<D, Double> operator()(const SparseTensor<D, Double>& x, Tape* tape = nullptr) const {
    Tensors<D> given = all;
    given[place] = x;
    return AddTable<D, Double>{}(everything ? unite(given, tape) : intersect(given, tape), tape);
  }
};

TEST_CASE("Unions, intersections, and the gradients of their sums are the oracle's in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    const auto shared = three(D, 2);
    for (const auto& inputs : {shared, {shared[0], {}, shared[2]}, {{}, {}}, {{*shared[0].begin()}, {}}, {shared[1]}})
      for (const bool everything : {true, false}) {
        INFO(inputs.size() << " tensors, union: " << everything);
        const auto all = tensors<D>(device, inputs, 2);
        const auto common = everything ? oracle::united(inputs) : oracle::intersected(inputs);
        const auto aligned = everything ? unite(all) : intersect(all);
        oracle::Features sum = oracle::zeros(common, 2);
        for (std::size_t i = 0; i < inputs.size(); ++i) {
          const auto expected = oracle::on_sites(inputs[i], common, 2);
          CHECK(layer_cases::features(aligned[i]) == expected);
          CHECK(aligned[i].sites == aligned[0].sites);
          CHECK(aligned[i].rulebook == all[0].rulebook);
          for (const auto& [site, row] : expected)
            for (std::size_t channel = 0; channel < 2; ++channel) sum[site][channel] += row[channel];
        }
        const auto y = layer_cases::pass(Sum<D>{all, 0, everything}, all[0]);
        CHECK(oracle::difference(sum, layer_cases::features(y), layer_cases::tight) == "");
        for (std::size_t i = 0; i < inputs.size(); ++i)
          CHECK(layer_cases::gradient(all[i]) ==
                oracle::on_sites(layer_cases::gradient(y), oracle::sites_of(inputs[i]), 2));
      }
  });
}

TEST_CASE("Sums over a union and an intersection have the gradients of finite differences in every tensor") {
  Double device;
  const auto all = tensors<2>(device, three(2, 2), 2);
  for (const std::size_t place : {0u, 1u, 2u})
    for (const bool everything : {true, false})
      CHECK(layer_cases::gradient_difference(Sum<2>{all, place, everything}, all[place]) == "");
}

TEST_CASE("Tensors of different channels can be joined on the union of their sites, and are refused in a sum") {
  Double device;
  const auto a = layer_cases::tensor<1>(device, {{{0, {1}}, {1}}, {{0, {2}}, {2}}}, 1);
  const auto b = layer_cases::tensor<1>(device, {{{0, {2}}, {3, 4}}, {{0, {5}}, {5, 6}}}, 2);
  const auto aligned = unite(Tensors<1>{a, b});
  CHECK(layer_cases::features(JoinTable<1, Double>{}(aligned)) ==
        oracle::Features{{{0, {1}}, {1, 0, 0}}, {{0, {2}}, {2, 3, 4}}, {{0, {5}}, {0, 5, 6}}});
  CHECK(layer_cases::features(JoinTable<1, Double>{}(intersect(Tensors<1>{a, b}))) ==
        oracle::Features{{{0, {2}}, {2, 3, 4}}});
  CHECK(thrown_message<scn::InvalidArgument>([&] { AddTable<1, Double>{}(aligned); }) ==
        "AddTable<1>: tensor 1 has 2 channels, tensor 0 has 1");
}

TEST_CASE("The larger number of samples counts, whatever the order") {
  Double device;
  const auto a = layer_cases::tensor<1>(device, {{{0, {1}}, {1}}}, 1, {}, 2);
  const auto b = layer_cases::tensor<1>(device, {{{0, {1}}, {2}}}, 1, {}, 5);
  for (const auto& both : {Tensors<1>{a, b}, Tensors<1>{b, a}}) {
    CHECK(unite(both)[0].samples() == 5);
    CHECK(intersect(both)[1].samples() == 5);
  }
}

TEST_CASE("The same tensors meet on the same sites again, so that later tensors can be joined to earlier ones") {
  Double device;
  const auto all = tensors<2>(device, three(2, 2), 2);
  CHECK(unite(all)[0].sites == unite(all)[1].sites);
  CHECK(intersect(all)[0].sites == intersect(all)[1].sites);
  CHECK(unite(Tensors<2>{all[0], all[0]})[1].features.same(all[0].features));
}

TEST_CASE("Tensors within different extents are refused, and so is a list of none") {
  Double device;
  const auto a = layer_cases::tensor<1>(device, {{{0, {1}}, {1}}}, 1, Point<1>(4));
  const auto b = layer_cases::tensor<1>(device, {{{0, {1}}, {1}}}, 1);
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          unite(Tensors<1>{a, b});
        }) == "unite<1>: sites within different extents cannot be put together: (4) and none");
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          intersect(Tensors<1>{b, a});
        }) == "intersect<1>: sites within different extents cannot be put together: none and (4)");
  CHECK(thrown_message<scn::InvalidArgument>([&] { unite(Tensors<1>{}); }) ==
        "unite<1>: there is no tensor to work on");
  CHECK(a.rulebook->size() == 0);
}

}  // namespace
