// Tests of Dropout: masks, their repetition in the gradient, and inference.
#include "scn/layers/dropout.hpp"

#include <limits>

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::Dropout;

/// rows x 4 ones.
scn::Variable<Double> ones(Double& device, std::int64_t rows) {
  const std::vector<double> values(static_cast<std::size_t>(4 * rows), 1.0);
  return scn::Variable<Double>(scn::Matrix<Double>::from_host(device, rows, 4, std::span<const double>(values)), true);
}

std::vector<double> mask(Double& device, const Dropout& layer, std::int64_t rows = 5000) {
  scn::Tape tape;
  return layer_cases::numbers(layer(ones(device, rows), &tape).value());
}

TEST_CASE("Dropout draws the same mask for a seed with 1, 2 and 7 threads") {
  Double one{.threads = 1, .seed = 3}, two{.threads = 2, .seed = 3}, seven{.threads = 7, .seed = 3};
  const auto expected = mask(one, Dropout(0.3));
  CHECK(mask(two, Dropout(0.3)) == expected);
  CHECK(mask(seven, Dropout(0.3)) == expected);
}

TEST_CASE("Dropout draws another mask in every pass and for every seed") {
  Double device{.seed = 3}, other{.seed = 4};
  const auto first = mask(device, Dropout(0.3));
  CHECK(mask(device, Dropout(0.3)) != first);
  CHECK(mask(other, Dropout(0.3)) != first);
}

TEST_CASE("Dropout repeats a mask when the count of draws is restored") {
  Double device{.seed = 3}, resumed{.seed = 3};
  mask(device, Dropout(0.3));
  resumed.draws = device.draws;
  CHECK(mask(resumed, Dropout(0.3)) == mask(device, Dropout(0.3)));
}

TEST_CASE("Defect 25, kept: Dropout keeps the fraction 1 - p of the elements as they are", "[quirk 25]") {
  Double device;
  for (const double p : {0.1, 0.5, 0.8}) {
    const auto kept = mask(device, Dropout(p));
    double sum = 0;
    for (const double value : kept) {
      REQUIRE((value == 0 || value == 1));
      sum += value;
    }
    const double count = static_cast<double>(kept.size());
    CHECK(std::abs(sum / count - (1 - p)) < 5 * std::sqrt(p * (1 - p) / count));
  }
}

TEST_CASE("Dropout of probability 0 keeps everything, of 1 nothing") {
  Double device;
  CHECK(mask(device, Dropout(0), 10) == std::vector<double>(40, 1.0));
  CHECK(mask(device, Dropout(1), 10) == std::vector<double>(40, 0.0));
}

TEST_CASE("Dropout sends the gradient through the mask of its pass") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    for (const auto& input : layer_cases::inputs(D, D, 3)) {
      auto all_ones = input;
      for (auto& [site, row] : all_ones) row.assign(3, 1.0);
      const auto x = layer_cases::tensor<D>(device, all_ones, 3);
      const auto y = layer_cases::pass(Dropout(0.5), x);
      auto expected = layer_cases::numbers(y.features.gradient());
      const auto kept = layer_cases::numbers(y.features.value());
      for (std::size_t i = 0; i < expected.size(); ++i) expected[i] *= kept[i];
      CHECK(oracle::difference(expected, layer_cases::numbers(x.features.gradient())) == "");
    }
  });
}

TEST_CASE("Defect 25, kept: Dropout scales by 1 - p in inference", "[quirk 25]") {
  Double device;
  const auto layer = Dropout(0.25);
  CHECK(layer_cases::numbers(layer(ones(device, 3)).value()) == std::vector<double>(12, 0.75));
  CHECK(device.draws == 0);
}

TEST_CASE("Dropout in evaluation has the gradient of finite differences") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3);
  CHECK(layer_cases::gradient_difference(Dropout(0.25), x, {.training = false}) == "");
}

TEST_CASE("Dropout has the probability 0.5 by default") {
  Double device;
  CHECK(Dropout::name() == "Dropout");
  CHECK(layer_cases::numbers(Dropout()(ones(device, 1)).value()) == std::vector<double>(4, 0.5));
}

TEST_CASE("Dropout refuses what is no probability") {
  CHECK(thrown_message<scn::InvalidArgument>([] { Dropout(1.5); }) ==
        "Dropout: the probability must lie in [0, 1], got 1.500000");
  CHECK(thrown_message<scn::InvalidArgument>([] { Dropout(-0.25); }) ==
        "Dropout: the probability must lie in [0, 1], got -0.250000");
  CHECK_THROWS_AS(Dropout(std::numeric_limits<double>::quiet_NaN()), scn::InvalidArgument);
}

}  // namespace
