// Tests of what losses on class probabilities share: the probabilities and the way back through them.
#include "scn/train/probability_loss.hpp"

#include <limits>
#include <span>

#include "catch.hpp"
#include "scn/cpu/cpu.hpp"
#include "support/finite_differences.hpp"
#include "support/oracle_sites.hpp"
#include "support/random_cases.hpp"
#include "support/thrown_message.hpp"
#include "support/variables.hpp"

namespace {

using Double = scn::CpuDevice<double>;

/// Softmax of each row, written apart.
std::vector<double> softmax(std::vector<double> x, std::size_t classes) {
  for (std::size_t row = 0; row < x.size(); row += classes) {
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c) sum += std::exp(x[row + c]);
    for (std::size_t c = 0; c < classes; ++c) x[row + c] = std::exp(x[row + c]) / sum;
  }
  return x;
}

TEST_CASE("Class probabilities are the softmax of the rows that count, and zeros elsewhere", "[train]") {
  Double device;
  const std::vector<double> x{1, 2, 3, std::numeric_limits<double>::quiet_NaN(), 0, 0, -1, 0, 2};
  const std::vector<std::int32_t> labels{0, -1, 2};
  const scn::Buffer<std::int32_t, Double> wanted(device, std::span<const std::int32_t>(labels));
  auto expected = softmax(x, 3);
  for (std::size_t c = 3; c < 6; ++c) expected[c] = 0;
  CHECK(oracle::difference(expected, numbers_of(scn::detail::class_probabilities(variable_of(device, 3, 3, x), wanted)),
                           {.relative = 1e-15}) == "");
}

TEST_CASE("A loss of probabilities has the gradient of the softmax times its slopes", "[train]") {
  Double device;
  const std::vector<double> x{1, -2, 0.5}, slopes{3, -1, 2};
  const std::vector<std::int32_t> labels{0};
  const auto logits = variable_of(device, 1, 3, x);
  auto p = scn::detail::class_probabilities(
      logits, scn::Buffer<std::int32_t, Double>(device, std::span<const std::int32_t>(labels)));
  scn::Tape tape;
  tape.backward(scn::detail::loss_of_probabilities(
      logits, scn::Matrix<Double>::zeros(device, 1, 1), std::move(p),
      scn::Matrix<Double>::from_host(device, 1, 3, std::span<const double>(slopes)), &tape));
  const auto at = [&](const std::vector<double>& moved) {
    const auto q = softmax(moved, 3);
    return slopes[0] * q[0] + slopes[1] * q[1] + slopes[2] * q[2];
  };
  CHECK(oracle::gradient_difference(at, x, numbers_of(logits.gradient()), {.absolute = 1e-9, .relative = 1e-7}) == "");
}

}  // namespace
