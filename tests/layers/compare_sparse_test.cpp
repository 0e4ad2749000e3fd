// Tests of the distance between sparse tensors on different sites.
#include "scn/layers/compare_sparse.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"
#include "support/variables.hpp"

namespace {

using layer_cases::Double;
using scn::compare_sparse;
using scn::Point;

/// What `from` lacks of the sites of `other`, filled up with zeros.
oracle::Features filled(oracle::Features from, const oracle::Features& other) {
  for (const auto& [site, row] : other) from.emplace(site, oracle::Channels(row.size(), 0.0));
  return from;
}

/// Sum of squared differences over the union, divided by its sites.
double distance(const oracle::Features& x, const oracle::Features& y) {
  const auto left = filled(x, y), right = filled(y, x);
  double sum = 0;
  for (const auto& [site, row] : left)
    for (std::size_t c = 0; c < row.size(); ++c) sum += (row[c] - right.at(site)[c]) * (row[c] - right.at(site)[c]);
  return sum / static_cast<double>(left.size());
}

TEST_CASE("compare_sparse is the oracle's, with the gradients of finite differences, in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    const oracle::Features other = layer_cases::batch(17, D, 3, {.count = 6});
    for (const auto& input : layer_cases::inputs(D, D, 3)) {
      const auto x = layer_cases::tensor<D>(device, input, 3), y = layer_cases::tensor<D>(device, other, 3);
      scn::Tape tape;
      const auto loss = compare_sparse(x, y, &tape);
      tape.backward(loss);
      CHECK(oracle::difference(distance(input, other), number_of(loss), layer_cases::tight) == "");
      CHECK(oracle::difference(distance(input, other), number_of(compare_sparse(y, x)), layer_cases::tight) == "");
      const auto sum = [&] { return number_of(compare_sparse(x, y)); };
      CHECK(layer_cases::gradient_difference<Double>({{"y", y.features}}, sum, 100) == "");
      if (!input.empty()) CHECK(layer_cases::gradient_difference<Double>({{"x", x.features}}, sum, 100) == "");
    }
  });
}

TEST_CASE("compare_sparse divides by sites, not by elements, and is exact on integers") {
  scn::Cpu device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {1, 2}}, {{0, {1}}, {3, 0}}}, 2);
  const auto y = layer_cases::tensor<1>(device, {{{0, {1}}, {1, 0}}, {{1, {1}}, {0, 4}}, {{2, {0}}, {0, 0}}}, 2);
  CHECK(number_of(compare_sparse(x, y)) == (1 + 4 + 4 + 16) / 4.0);
}

TEST_CASE("compare_sparse of a tensor with itself is 0, and so is that of no sites") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3);
  CHECK(number_of(compare_sparse(x, x)) == 0);
  const auto none = layer_cases::tensor<2>(device, {}, 3, {}, 2), other = layer_cases::tensor<2>(device, {}, 0);
  scn::Tape tape;
  const auto loss = compare_sparse(none, other, &tape);
  tape.backward(loss);
  CHECK(number_of(loss) == 0);
}

TEST_CASE("compare_sparse takes a tensor without rows of any number of channels") {
  Double device;
  const auto none = layer_cases::tensor<1>(device, {}, 0);
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {1, 2}}}, 2);
  CHECK(number_of(compare_sparse(none, x)) == 5);
  CHECK(number_of(compare_sparse(x, none)) == 5);
}

TEST_CASE("compare_sparse gives a tensor no gradient that needs none") {
  Double device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {1}}}, 1),
             y = layer_cases::tensor<1>(device, {{{0, {1}}, {1}}}, 1);
  x.features.set_needs_gradient(false);
  scn::Tape tape;
  tape.backward(compare_sparse(x, y, &tape));
  CHECK_FALSE(x.features.has_gradient());
  CHECK(numbers_of(y.features.gradient()) == std::vector<double>{1});
}

TEST_CASE("compare_sparse refuses tensors of different extents or channels") {
  Double device;
  const oracle::Features one{{{0, {0}}, {1}}};
  const auto x = layer_cases::tensor<1>(device, one, 1, Point<1>(4));
  CHECK(thrown_message<scn::InvalidArgument>([&] { compare_sparse(x, layer_cases::tensor<1>(device, one, 1)); }) ==
        "compare_sparse: sites within different extents cannot be put together: (4) and none");
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          compare_sparse(x, layer_cases::tensor<1>(device, {{{0, {0}}, {1, 2}}}, 2, Point<1>(4)));
        }) == "compare_sparse: tensors of 1 and 2 channels");
}

}  // namespace
