// Tests of SELU against the oracle.
#include "scn/layers/selu.hpp"

#include "catch.hpp"
#include "support/activation_cases.hpp"

namespace {

TEST_CASE("SELU and its gradient are the oracle's, and those of finite differences, in 1 to 4 dimensions") {
  CHECK(scn::SELU::name() == "SELU");
  CHECK(activation_cases::difference(scn::SELU(), oracle::selu()) == "");
}

TEST_CASE("SELU keeps a mean of 0 and a variance of 1") {
  // The midpoints of 20,000 equal parts of the standard normal distribution's bulk, with its density as weight.
  double weight = 0, mean = 0, square = 0;
  std::vector<float> at;
  for (int i = 0; i < 20000; ++i) at.push_back(static_cast<float>((i + 0.5) / 1000 - 10));
  const auto y = activation_cases::values_of(scn::SELU(), at);
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double density = std::exp(-double{at[i]} * double{at[i]} / 2);
    weight += density;
    mean += density * y[i];
    square += density * y[i] * y[i];
  }
  CHECK(std::abs(mean / weight) < 1e-5);
  CHECK(square / weight == Approx(1).epsilon(1e-5));
}

TEST_CASE("SELU ends at minus its scale times its alpha") {
  CHECK(activation_cases::values_of(scn::SELU(), {-1e30f, 0, 2}) ==
        std::vector<double>{-1.758099341f, 0, 2 * 1.0507009873554804934f});
}

}  // namespace
