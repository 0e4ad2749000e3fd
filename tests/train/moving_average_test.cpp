// Tests of the moving average of weights.
#include "scn/train/moving_average.hpp"

#include "catch.hpp"
#include "scn/cpu/cpu.hpp"
#include "support/comparison.hpp"
#include "support/thrown_message.hpp"
#include "support/variables.hpp"

namespace {

using Double = scn::CpuDevice<double>;

TEST_CASE("A moving average keeps the decay's share of itself, and less in its first updates", "[train]") {
  Double device;
  const auto w = variable_of(device, 1, 2, {1, -1});
  scn::MovingAverage average{scn::Parameters<Double>({{"w", w, {2}}}), 0.3};
  std::vector<double> expected{1, -1};
  const double kept[] = {1.0 / 10, 2.0 / 11, 3.0 / 12, 0.3, 0.3};
  for (std::size_t step = 0; step < 5; ++step) {
    const std::vector<double> now{2.0 + static_cast<double>(step), 0.5};
    w.value() = scn::Matrix<Double>::from_host(device, 1, 2, std::span<const double>(now));
    average.update();
    for (std::size_t i = 0; i < 2; ++i) expected[i] = kept[step] * expected[i] + (1 - kept[step]) * now[i];
    CHECK(oracle::difference(expected, numbers_of(average.averages().find("w")->variable.value()),
                             {.relative = 1e-14}) == "");
  }
  CHECK(average.updates() == 5);
}

TEST_CASE("A moving average changes places with the weights and back, and leaves buffers", "[train]") {
  Double device;
  const auto w = variable_of(device, 1, 1, {1}), mean = variable_of(device, 1, 1, {5});
  scn::MovingAverage average{scn::Parameters<Double>({{"w", w, {1}}, {"again", w, {1}}, {"mean", mean, {1}, false}})};
  CHECK(average.averages().size() == 1);
  const double two[] = {2};
  w.value() = scn::Matrix<Double>::from_host(device, 1, 1, std::span<const double>(two));
  average.exchange();
  CHECK(number_of(w) == 1);
  CHECK(number_of(average.averages().find("w")->variable) == 2);
  average.exchange();
  CHECK(number_of(w) == 2);
  CHECK(number_of(mean) == 5);
}

TEST_CASE("A moving average refuses a decay outside [0, 1) and a negative count", "[train]") {
  CHECK(thrown_message<scn::InvalidArgument>([] { scn::MovingAverage(scn::Parameters<Double>(), 1); }) ==
        "MovingAverage: decay must lie in [0, 1), got 1.000000");
  scn::MovingAverage average{scn::Parameters<Double>()};
  CHECK(thrown_message<scn::InvalidArgument>([&] { average.set_updates(-1); }) ==
        "MovingAverage: the number of updates must not be negative, got -1");
}

}  // namespace
