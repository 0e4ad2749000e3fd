// Tests of pruning by a caller's mask.
#include "scn/layers/prune.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/oracle_subsets.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::prune;
using scn::SparseTensor;
using scn::Tape;

/// prune() as a layer that keeps rows 1, 4, 7, ... and, with `step` 1, all of them.
template <int D>
struct Prune {
  std::int64_t step = 3, first = 1;
  SparseTensor<D, Double> operator()(const SparseTensor<D, Double>& x, Tape* tape = nullptr) const {
    std::vector<std::uint8_t> keep;
    for (std::int64_t row = 0; row < x.rows().bound; ++row) keep.push_back(row % step == first % step ? 2 : 0);
    return prune(x, keep, tape);
  }
};

TEST_CASE("Pruning and its gradient are the oracle's in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const auto& input : layer_cases::inputs(10 + D, D, 3))
      for (const Prune<D>& layer : {Prune<D>{}, Prune<D>{1, 0}, Prune<D>{1000, 999}}) {
        INFO(input.size() << " sites, step " << layer.step);
        const auto x = layer_cases::tensor<D>(device, input, 3, {}, 5);
        const auto y = layer_cases::pass(layer, x);
        const auto order = oracle::in_row_order(oracle::sites_of(input));
        oracle::SiteSet expected;
        for (std::size_t row = 0; row < order.size(); ++row)
          if (static_cast<std::int64_t>(row) % layer.step == layer.first % layer.step) expected.insert(order[row]);
        CHECK(layer_cases::features(y) == oracle::on_sites(input, expected, 3));
        CHECK(layer_cases::gradient(x) == oracle::on_sites(layer_cases::gradient(y), oracle::sites_of(input), 3));
        CHECK(y.samples() == 5);
        CHECK(y.rulebook->derives(y.sites, x.sites));
      }
  });
}

TEST_CASE("Pruning has the gradient of finite differences") {
  Double device;
  CHECK(layer_cases::gradient_difference(Prune<2>{}, layer_cases::tensor<2>(device, layer_cases::batch(5, 2, 3), 3)) ==
        "");
}

TEST_CASE("Pruning keeps the extent, and takes a mask in the memory of the device") {
  Double device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {1}}, {5}}, {{0, {3}}, {6}}}, 1, scn::Point<1>(8));
  const std::vector<std::uint8_t> keep{0, 255};
  const auto y = prune(x, scn::Buffer<std::uint8_t, Double>(device, std::span<const std::uint8_t>(keep)));
  CHECK(layer_cases::features(y) == oracle::Features{{{0, {3}}, {6}}});
  CHECK(y.extent() == scn::Point<1>(8));
}

TEST_CASE("Pruning refuses a mask of another length, and leaves the tensor as it was") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, {{{0, {1, 2}}, {5}}}, 1);
  CHECK(thrown_message<scn::InvalidArgument>([&] { prune(x, std::vector<std::uint8_t>(3)); }) ==
        "prune<2>: 3 bytes say what to keep of 1 rows");
  CHECK(x.rulebook->size() == 0);
}

}  // namespace
