// Tests of the channels' moments against the oracle, with means far from 0.
#include "scn/layers/moments.hpp"

#include "catch.hpp"
#include "scn/cpu/cpu.hpp"
#include "support/comparison.hpp"
#include "support/oracle_layers.hpp"
#include "support/random_cases.hpp"
#include "support/variables.hpp"

namespace {

using Double = scn::CpuDevice<double>;

/// rows x 3 numbers around 0, 1000 and -1e6 with deviations of about 1, as float holds them.
std::vector<double> far_numbers(std::size_t rows) {
  oracle::Random random(4);
  auto values = oracle::random_reals(random, 3 * rows);
  for (std::size_t row = 0; row < rows; ++row) {
    values[3 * row + 1] = static_cast<float>(1000 + values[3 * row + 1]);
    values[3 * row + 2] = static_cast<float>(-1e6 + values[3 * row + 2]);
  }
  return values;
}

oracle::Moments expected_moments(const std::vector<double>& values) {
  oracle::Features x;
  for (std::size_t row = 0; 3 * row < values.size(); ++row)
    x[{0, {static_cast<std::int32_t>(row)}}] = {values[3 * row], values[3 * row + 1], values[3 * row + 2]};
  return oracle::moments(x, 3, false);
}

std::vector<double> sum_of(const scn::ChannelMean<scn::Cpu>& mean) {
  auto sum = numbers_of(mean.mean);
  const auto rest = numbers_of(mean.rest);
  for (std::size_t c = 0; c < sum.size(); ++c) sum[c] += rest[c];
  return sum;
}

TEST_CASE("The mean of channels in float has two parts whose sum errs by digits of the deviations, not of the mean") {
  scn::Cpu device;
  const auto values = far_numbers(5000);
  const auto mean = channel_mean(variable_of(device, 5000, 3, values));
  const auto expected = expected_moments(values).mean;
  CHECK(oracle::difference(expected, sum_of(mean), {.absolute = 1e-6}) == "");
  CHECK(oracle::difference(expected, numbers_of(mean.mean), {.absolute = 1e-6}) != "");
}

TEST_CASE("The first part of the mean of channels is the nearest number to the mean") {
  scn::Cpu device;
  const auto values = far_numbers(5000);
  const auto mean = channel_mean(variable_of(device, 5000, 3, values));
  const auto expected = expected_moments(values).mean;
  for (std::size_t c = 1; c < 3; ++c) CHECK(numbers_of(mean.mean)[c] == static_cast<float>(expected[c]));
}

TEST_CASE("The variance of channels is the oracle's, however far the mean") {
  scn::Cpu device;
  Double wide;
  const auto values = far_numbers(5000);
  const auto expected = expected_moments(values).variance;
  const auto x = variable_of(device, 5000, 3, values);
  CHECK(oracle::difference(expected, numbers_of(channel_moments(x).variance), {.relative = 1e-5}) == "");
  const auto z = variable_of(wide, 5000, 3, values);
  CHECK(oracle::difference(expected, numbers_of(channel_moments(z).variance), {.relative = 1e-12}) == "");
}

TEST_CASE("The variance of equal rows is 0") {
  scn::Cpu device;
  const auto x = variable_of(device, 3000, 1, std::vector<double>(3000, 0.1f));
  CHECK(numbers_of(channel_moments(x).variance) == std::vector<double>{0});
}

TEST_CASE("The moments of one row are the row and 0") {
  Double device;
  const auto x = variable_of(device, 1, 2, {3, -4});
  const auto moments = channel_moments(x);
  CHECK(numbers_of(moments.mean.mean) == std::vector<double>{3, -4});
  CHECK(numbers_of(moments.variance) == std::vector<double>{0, 0});
}

TEST_CASE("A given mean is a copy without rest") {
  Double device, other;
  const auto from = variable_of(device, 1, 2, {3, -4});
  const auto mean = given_mean(other, from.value());
  CHECK(&mean.mean.device() == &other);
  CHECK(numbers_of(mean.mean) == std::vector<double>{3, -4});
  CHECK(numbers_of(mean.rest) == std::vector<double>{0, 0});
}

TEST_CASE("Running values keep the part that the momentum says") {
  Double device;
  const auto running = variable_of(device, 1, 2, {8, -8});
  const auto batch = variable_of(device, 1, 2, {16, 0});
  move_running(running, batch.value(), 0.75);
  CHECK(numbers_of(running.value()) == std::vector<double>{10, -6});
  move_running(running, batch.value(), 0.5, 0.25);
  CHECK(numbers_of(running.value()) == std::vector<double>{7, -3});
}

}  // namespace
