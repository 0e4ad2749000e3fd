// Tests of BatchwiseDropout and of its form with given noise.
#include "scn/layers/batchwise_dropout.hpp"

#include <cmath>
#include <limits>

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"
#include "support/variables.hpp"

namespace {

using layer_cases::Double;
using scn::BatchwiseDropout;

scn::Variable<Double> ones(Double& device, std::int64_t rows, std::int64_t channels) {
  return variable_of(device, rows, channels, std::vector<double>(static_cast<std::size_t>(rows * channels), 1.0));
}

/// One row of 2,000 channels, dropped in training.
std::vector<double> mask(Double& device, const BatchwiseDropout& layer) {
  scn::Tape tape;
  return numbers_of(layer(ones(device, 1, 2000), &tape).value());
}

TEST_CASE("BatchwiseDropout keeps or drops a channel for all rows of all samples in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    for (const auto& input : layer_cases::inputs(D, D, 64)) {
      const auto x = layer_cases::tensor<D>(device, input, 64);
      const auto y = layer_cases::pass(BatchwiseDropout(0.5), x);
      const auto all = layer_cases::features(y);
      const auto sent = layer_cases::gradient(y), got = layer_cases::gradient(x);
      int kept = 0;
      for (std::size_t c = 0; c < 64 && !input.empty(); ++c) {
        const bool keep = all.begin()->second[c] == input.begin()->second[c];
        kept += keep;
        for (const auto& [site, row] : input) {
          REQUIRE(all.at(site)[c] == (keep ? row[c] : 0));
          REQUIRE(got.at(site)[c] == (keep ? sent.at(site)[c] : 0));
        }
      }
      if (!input.empty()) CHECK((kept > 10 && kept < 54));
    }
  });
}

TEST_CASE("BatchwiseDropout draws the same channels for a seed with 1, 2 and 7 threads, others in every pass") {
  Double one{.threads = 1, .seed = 3}, two{.threads = 2, .seed = 3}, seven{.threads = 7, .seed = 3}, other{.seed = 4};
  const auto expected = mask(one, BatchwiseDropout(0.3));
  CHECK(mask(two, BatchwiseDropout(0.3)) == expected);
  CHECK(mask(seven, BatchwiseDropout(0.3)) == expected);
  CHECK(mask(one, BatchwiseDropout(0.3)) != expected);
  CHECK(mask(other, BatchwiseDropout(0.3)) != expected);
  one.draws = 0;
  CHECK(mask(one, BatchwiseDropout(0.3)) == expected);
}

TEST_CASE("BatchwiseDropout keeps the fraction 1 - p of the channels as they are") {
  Double device;
  for (const double p : {0.0, 0.1, 0.5, 0.8, 1.0}) {
    double sum = 0;
    for (const double value : mask(device, BatchwiseDropout(p))) {
      REQUIRE((value == 0 || value == 1));
      sum += value;
    }
    CHECK(std::abs(sum / 2000 - (1 - p)) <= 5 * std::sqrt(p * (1 - p) / 2000));
  }
}

TEST_CASE("BatchwiseDropout scales by 1 - p in inference, by 0.5 without a p") {
  Double device;
  CHECK(BatchwiseDropout::name() == "BatchwiseDropout");
  CHECK(numbers_of(BatchwiseDropout(0.25)(ones(device, 3, 4)).value()) == std::vector<double>(12, 0.75));
  CHECK(numbers_of(BatchwiseDropout()(ones(device, 1, 4)).value()) == std::vector<double>(4, 0.5));
  CHECK(device.draws == 0);
}

TEST_CASE("BatchwiseDropout with a leakiness is a leaky rectifier too") {
  Double device;
  const auto x = variable_of(device, 2, 2, {-4, 8, 2, 0});
  CHECK(numbers_of(BatchwiseDropout(0.5, 0.25)(x).value()) == std::vector<double>{-0.5, 4, 1, 0});
  const auto y = layer_cases::pass(BatchwiseDropout(0, 0.25), x);
  CHECK(numbers_of(y.value()) == std::vector<double>{-1, 8, 2, 0});
}

TEST_CASE("BatchwiseDropout in evaluation has the gradient of finite differences") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3);
  CHECK(layer_cases::gradient_difference(BatchwiseDropout(0.25, 0.5), x, {.training = false}) == "");
}

TEST_CASE("Dropout by given noise multiplies channels, and leaks where the input is not positive") {
  Double device;
  const auto x = variable_of(device, 2, 3, {-4, 8, 2, 4, -8, 0}), noise = variable_of(device, 1, 3, {1.25, 0.5, 0});
  scn::Tape tape;
  const auto y = batchwise_multiplicative_dropout(x, noise, 0.5, &tape);
  CHECK(numbers_of(y.value()) == std::vector<double>{-2.5, 4, 0, 5, -2, 0});
  tape.backward(y, scn::Matrix<Double>::from_host(device, 2, 3, std::span<const double>(std::vector<double>(6, 8.0))));
  CHECK(numbers_of(x.gradient()) == std::vector<double>{5, 4, 0, 10, 2, 0});
  CHECK_FALSE(noise.has_gradient());
}

TEST_CASE("Dropout by given noise has the gradient of finite differences in 1 to 4 dimensions") {
  Double device;
  const auto noise = variable_of(device, 1, 3, {1.25, 0.5, 0});
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    const auto layer = [&](const scn::SparseTensor<D, Double>& x, scn::Tape* tape) {
      return batchwise_multiplicative_dropout(x, noise, 0.2, tape);
    };
    for (const auto& input : layer_cases::inputs(D, D, 3))
      CHECK(layer_cases::gradient_difference(layer, layer_cases::tensor<D>(device, input, 3)) == "");
  });
}

TEST_CASE("Dropout by given noise refuses noise of another shape; no rows fit any") {
  Double device;
  const auto noise = [&](std::int64_t rows, std::int64_t channels) { return ones(device, rows, channels); };
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          batchwise_multiplicative_dropout(ones(device, 2, 3), noise(1, 2));
        }) == "batchwise_multiplicative_dropout: the noise is 1 x 2, expected 1 x 3");
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          batchwise_multiplicative_dropout(ones(device, 2, 3), noise(2, 3));
        }) == "batchwise_multiplicative_dropout: the noise is 2 x 3, expected 1 x 3");
  CHECK(batchwise_multiplicative_dropout(ones(device, 0, 3), noise(1, 2)).rows().bound == 0);
}

TEST_CASE("BatchwiseDropout refuses what is no probability") {
  CHECK(thrown_message<scn::InvalidArgument>([] { BatchwiseDropout(1.5); }) ==
        "BatchwiseDropout: the probability must lie in [0, 1], got 1.500000");
  CHECK_THROWS_AS(BatchwiseDropout(std::numeric_limits<double>::quiet_NaN()), scn::InvalidArgument);
}

}  // namespace
