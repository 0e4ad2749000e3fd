// Tests of what counts as labels, and of the classes that a network predicts.
#include "scn/train/labels.hpp"

#include <array>

#include "catch.hpp"
#include "scn/cpu/cpu.hpp"
#include "support/random_cases.hpp"
#include "support/thrown_message.hpp"
#include "support/variables.hpp"

namespace {

using Double = scn::CpuDevice<double>;

TEST_CASE("Labels are contiguous integers that fit 64 bits with sign", "[train]") {
  CHECK(scn::Labels<std::vector<std::int64_t>>);
  CHECK(scn::Labels<std::span<const std::uint8_t>>);
  CHECK(scn::Labels<std::array<std::uint32_t, 4>>);
  CHECK_FALSE(scn::Labels<std::vector<std::uint64_t>>);
  CHECK_FALSE(scn::Labels<std::vector<float>>);
  CHECK_FALSE(scn::Labels<std::vector<bool>>);
  CHECK_FALSE(scn::Labels<int>);
}

TEMPLATE_TEST_CASE("The predicted class of a row is the channel of its largest score", "[train]", double, float) {
  scn::CpuDevice<TestType> device{.threads = 2, .seed = 1};
  const auto scores = variable_of(device, 4, 3, {-3, -2, -5, 1, 0.5, 0.75, 0, 0, 1e-6, -1e30, -1e31, -1e32});
  CHECK(scn::predictions(scores) == std::vector<std::int32_t>{1, 0, 2, 0});
}

TEST_CASE("Of equal scores the lowest class is predicted", "[train]") {
  Double device{.threads = 1, .seed = 1};
  CHECK(scn::predictions(variable_of(device, 3, 3, {1, 1, 1, 0, 2, 2, -0.0, 0.0, -1})) ==
        std::vector<std::int32_t>{0, 1, 0});
}

TEST_CASE("No rows have no predictions, whatever the channels", "[train]") {
  Double device{.threads = 2, .seed = 1};
  CHECK(scn::predictions(variable_of(device, 0, 0, {})).empty());
  CHECK(scn::predictions(variable_of(device, 0, 5, {})).empty());
}

TEST_CASE("Rows without channels are refused a prediction", "[train]") {
  Double device{.threads = 1, .seed = 1};
  CHECK(thrown_message<scn::InvalidArgument>([&] { scn::predictions(variable_of(device, 4, 0, {})); }) ==
        "predictions: 4 rows without channels name no class");
}

TEST_CASE("Predictions are the same with 1, 2 and 7 threads", "[train]") {
  oracle::Random random(1);
  const std::vector<double> scores = oracle::random_integers(random, 3 * 40000);
  std::vector<std::vector<std::int32_t>> found;
  for (const int threads : {1, 2, 7}) {
    scn::Cpu device{.threads = threads, .seed = 1};
    found.push_back(scn::predictions(variable_of(device, 40000, 3, scores)));
  }
  CHECK((found[0] == found[1] && found[0] == found[2]));
}

}  // namespace
