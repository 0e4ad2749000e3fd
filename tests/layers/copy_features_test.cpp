// Tests of features copied between tensors that share sites.
#include "scn/layers/copy_features.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/oracle_subsets.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::copy_features;
using scn::SparseTensor;
using scn::Tape;

/// copy_features() as a layer of the tensor that is copied, or of the one it is copied over.
template <int D>
struct CopyFrom {
  SparseTensor<D, Double> to;
  SparseTensor<D, Double> operator()(const SparseTensor<D, Double>& from, Tape* tape = nullptr) const {
    return copy_features(from, to, tape);
  }
};
template <int D>
struct CopyOnto {
  SparseTensor<D, Double> from;
  SparseTensor<D, Double> operator()(const SparseTensor<D, Double>& to, Tape* tape = nullptr) const {
    return copy_features(from, to, tape);
  }
};

/// A batch that shares every other site with `x`.
oracle::Features sharing(const oracle::Features& x, int dimension) {
  oracle::Features y = layer_cases::batch(90, dimension, 3, {.count = 8});
  std::size_t position = 0;
  for (const auto& [site, row] : x)
    if (position++ % 2 == 0) y[site] = {10, 20, 30};
  return y;
}

TEST_CASE("Copied features and their gradients are the oracle's in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const auto& input : layer_cases::inputs(10 + D, D, 3))
      for (const auto& receiver : {sharing(input, D), oracle::Features{}}) {
        INFO(input.size() << " over " << receiver.size() << " sites");
        const auto from = layer_cases::tensor<D>(device, input, 3), to = layer_cases::tensor<D>(device, receiver, 3);
        const auto y = layer_cases::pass(CopyFrom<D>{to}, from);
        CHECK(layer_cases::features(y) == oracle::copied(input, receiver));
        CHECK((y.sites == to.sites && y.rulebook == to.rulebook));
        CHECK(layer_cases::features(to) == receiver);
        const auto dy = layer_cases::gradient(y);
        CHECK(layer_cases::gradient(from) == oracle::on_sites(dy, oracle::sites_of(input), 3));
        auto left = dy;
        for (auto& [site, row] : left)
          if (input.contains(site)) row = {0, 0, 0};
        CHECK(layer_cases::gradient(to) == left);
      }
  });
}

TEST_CASE("Copied features have the gradients of finite differences in both tensors") {
  Double device;
  const auto input = layer_cases::batch(5, 2, 3);
  const auto from = layer_cases::tensor<2>(device, input, 3), to = layer_cases::tensor<2>(device, sharing(input, 2), 3);
  CHECK(layer_cases::gradient_difference(CopyFrom<2>{to}, from) == "");
  CHECK(layer_cases::gradient_difference(CopyOnto<2>{from}, to) == "");
}

TEST_CASE("Features copied over those of the same tensor are its own, and all their gradient is") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(5, 2, 3), 3);
  const auto y = layer_cases::pass(CopyFrom<2>{x}, x);
  CHECK(layer_cases::features(y) == layer_cases::features(x));
  CHECK(layer_cases::gradient(x) == layer_cases::gradient(y));
}

TEST_CASE("Only the tensor that needs a gradient gets one") {
  Double device;
  const auto input = layer_cases::batch(5, 2, 3);
  const auto from = layer_cases::tensor<2>(device, input, 3), to = layer_cases::tensor<2>(device, sharing(input, 2), 3);
  to.features.set_needs_gradient(false);
  layer_cases::pass(CopyFrom<2>{to}, from);
  CHECK((from.features.has_gradient() && !to.features.has_gradient()));
  from.features.set_needs_gradient(false);
  Tape tape;
  copy_features(from, to, &tape);
  CHECK(tape.size() == 0);
}

TEST_CASE("Features of other channels are not copied, except where there are none") {
  Double device;
  const auto a = layer_cases::tensor<2>(device, {{{0, {1, 2}}, {5}}}, 1);
  const auto b = layer_cases::tensor<2>(device, {{{0, {1, 2}}, {5, 6}}}, 2);
  CHECK(thrown_message<scn::InvalidArgument>([&] { copy_features(a, b); }) ==
        "copy_features<2>: 1 channels cannot be copied over 2");
  CHECK(b.rulebook->size() == 0);
  const auto none = layer_cases::tensor<2>(device, {}, 3);
  const auto onto_none = layer_cases::pass(CopyFrom<2>{none}, a);
  CHECK((onto_none.rows().bound == 0 && onto_none.channels() == 3));
  CHECK(layer_cases::gradient(a) == oracle::Features{{{0, {1, 2}}, {0}}});
  CHECK(layer_cases::features(copy_features(none, b)) == layer_cases::features(b));
}

}  // namespace
