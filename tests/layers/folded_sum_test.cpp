// Tests of FoldedSum: against the branches and their sum.
#include "scn/layers/folded_sum.hpp"

#include <algorithm>

#include "catch.hpp"
#include "scn/layers/submanifold_convolution.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using Layers = scn::AnySequential<2, Double>;
using Folded = scn::FoldedConvolution<2, Double>;
using Sum = scn::FoldedSum<2, Double>;
using Submanifold = scn::SubmanifoldConvolution<2, Double>;

std::vector<double> numbers(const scn::SparseTensor<2, Double>& x) { return layer_cases::numbers(x.features.value()); }

TEST_CASE("FoldedSum is the sum of its branches, rectified if told") {
  Double device;
  const Submanifold first(device, 3, 3, 3), last(device, 3, 3, 2);
  for (const auto& input : layer_cases::inputs(1, 2, 3)) {
    const auto x = layer_cases::tensor<2>(device, input, 3);
    for (const bool plain : {true, false}) {
      const Layers shortcut = plain ? Layers{} : Layers{}.add(scn::NetworkInNetwork<Double>(device, 3, 3));
      const Sum sum(Layers{}.add("a", first), Folded(last), "b", shortcut);
      auto expected = numbers(last(first(x)));
      const auto residual = numbers(shortcut(x));
      for (std::size_t i = 0; i < expected.size(); ++i) expected[i] += residual[i];
      CHECK(oracle::difference(expected, numbers(sum(x)), layer_cases::tight) == "");
      for (double& value : expected) value = std::max(value, 0.0);
      CHECK(oracle::difference(expected, numbers(sum.followed_by({.slope = 0})(x)), layer_cases::tight) == "");
    }
  }
}

TEST_CASE("FoldedSum lists the shortcut's parameters, the branch's and those of the last layer") {
  Double device;
  const Sum sum(Layers{}.add("1.0", Submanifold(device, 3, 3, 3, {.bias = false})),
                Folded(Submanifold(device, 3, 3, 2, {.bias = false})), "1.1",
                Layers{}.add("0", scn::NetworkInNetwork<Double>(device, 3, 3, false)));
  std::vector<std::string> names;
  for (const auto& parameter : layer_cases::parameters<Double>(sum)) names.push_back(parameter.name);
  CHECK(names == std::vector<std::string>{"0.weight", "1.0.weight", "1.1.weight"});
}

TEST_CASE("FoldedSum refuses a norm, which no term of the sum can take, and folds nothing behind a rectifier") {
  Double device;
  const Sum sum({}, Folded(Submanifold(device, 1, 1, 3)), "0", {});
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          sum.followed_by({{2}, {0}, {0}});
        }) == "FoldedSum<2>: a norm of a sum cannot be folded into one of its terms");
  CHECK(sum.is_linear());
  CHECK(!sum.followed_by({.slope = 0}).is_linear());
}

}  // namespace
