// Tests of learning-rate schedules, against numbers computed apart in double by the formulas named.
#include "scn/train/schedule.hpp"

#include <functional>
#include <vector>

#include "catch.hpp"
#include "support/comparison.hpp"
#include "support/thrown_message.hpp"

namespace {

std::vector<double> factors(const std::function<double(std::int64_t)>& schedule, std::int64_t count) {
  std::vector<double> result;
  for (std::int64_t step = 0; step < count; ++step) result.push_back(schedule(step));
  return result;
}

TEST_CASE("The exponential schedule is the reference's exp((1 - epoch) decay), epochs counted from 1", "[train]") {
  CHECK(oracle::difference({1.0, 0.951229424500714, 0.9048374180359595, 0.8607079764250578},
                           factors(scn::ExponentialSchedule{0.05}, 4), {.relative = 1e-15}) == "");
}

TEST_CASE("The step schedule drops once every so many steps", "[train]") {
  CHECK(factors(scn::StepSchedule{.every = 3, .factor = 0.5}, 8) ==
        std::vector<double>{1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25});
}

TEST_CASE("The cosine schedule is half a cosine, and stays at its end", "[train]") {
  CHECK(oracle::difference({1.0, 0.9657457896300791, 0.8681980515339464, 0.7222075445642904, 0.55, 0.3777924554357096,
                            0.23180194846605365, 0.13425421036992097, 0.1, 0.1},
                           factors(scn::CosineSchedule{.steps = 8, .last = 0.1}, 10), {.relative = 1e-14}) == "");
}

TEST_CASE("The one-cycle schedule has the factors of PyTorch's OneCycleLR with cosines", "[train]") {
  CHECK(oracle::difference({0.04, 0.52, 1.0, 0.9504846320134737, 0.8117456539497631, 0.6112620219362893,
                            0.38874197806371075, 0.18825834605023697, 0.049519367986526286, 4e-06, 4e-06},
                           factors(scn::OneCycleSchedule{.steps = 10}, 11), {.relative = 1e-13}) == "");
}

TEST_CASE("The one-cycle schedule of one step, or without a rise, has finite factors", "[train]") {
  CHECK(scn::OneCycleSchedule{.steps = 1}(0) == 1);
  CHECK(factors(scn::OneCycleSchedule{.steps = 3, .rise = 0, .last = 0}, 3) == std::vector<double>{1, 0.5, 0});
}

TEST_CASE("A warm-up rises in a line and then follows its schedule", "[train]") {
  CHECK(factors(scn::WarmUp{4, scn::StepSchedule{.every = 5, .factor = 0.5}}, 7) ==
        std::vector<double>{0.25, 0.5, 0.75, 1, 1, 0.5, 0.5});
  CHECK(factors(scn::WarmUp{0, scn::ConstantSchedule{}}, 2) == std::vector<double>{1, 1});
}

TEST_CASE("Schedules refuse to have no steps", "[train]") {
  CHECK(thrown_message<scn::InvalidArgument>([] { scn::StepSchedule{.every = 0}(0); }) ==
        "StepSchedule: every must be at least 1, got 0");
  CHECK(thrown_message<scn::InvalidArgument>([] { scn::CosineSchedule{.steps = 0}(0); }) ==
        "CosineSchedule: steps must be at least 1, got 0");
  CHECK(thrown_message<scn::InvalidArgument>([] { scn::OneCycleSchedule{.steps = 3, .rise = 1}(0); }) ==
        "OneCycleSchedule: steps must be at least 1 and rise in [0, 1), got 3 and 1.000000");
}

}  // namespace
