// Tests of Lovasz-softmax.
#include "scn/train/lovasz_softmax.hpp"

#include <algorithm>
#include <functional>
#include <limits>

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

/// The extension as an integral: for every threshold the set of rows whose error is above it, and 1 - intersection over
/// union of the class if just these rows were wrong. Berman et al., section 2; no sums over sorted rows.
double lovasz(const std::vector<double>& logits, const std::vector<std::int32_t>& labels, std::size_t classes) {
  const auto p = softmax(logits, classes);
  double sum = 0, present = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    const auto is_class = [&](std::size_t row) { return labels[row] == static_cast<std::int32_t>(c); };
    std::vector<double> errors(labels.size(), -1.0), thresholds{0};
    double rows = 0;
    for (std::size_t row = 0; row < labels.size(); ++row) {
      if (labels[row] == scn::ignored_label) continue;
      errors[row] = is_class(row) ? 1 - p[row * classes + c] : p[row * classes + c];
      thresholds.push_back(errors[row]);
      rows += is_class(row);
    }
    if (rows == 0) continue;
    std::sort(thresholds.begin(), thresholds.end());
    for (std::size_t i = 1; i < thresholds.size(); ++i) {
      double missed = 0, added = 0;
      for (std::size_t row = 0; row < labels.size(); ++row)
        if (errors[row] >= thresholds[i]) (is_class(row) ? missed : added) += 1;
      sum += (thresholds[i] - thresholds[i - 1]) * (1 - (rows - missed) / (rows + added));
    }
    ++present;
  }
  return sum / present;
}

const std::vector<std::int32_t> labels{2, 0, -100, 2, 0, 0, 4, 2};  // no row of classes 1 and 3

TEMPLATE_TEST_CASE("Lovasz-softmax is the integral over thresholds of one minus intersection over union", "[train]",
                   double, float) {
  scn::CpuDevice<TestType> device{.threads = 2};
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    oracle::Random random(seed);
    const auto x = oracle::random_reals(random, 8 * 5);
    CHECK(oracle::difference(lovasz(x, labels, 5), number_of(scn::lovasz_softmax(variable_of(device, 8, 5, x), labels)),
                             {.relative = sizeof(TestType) == 8 ? 1e-13 : 1e-6}) == "");
  }
}

TEST_CASE("The gradient of Lovasz-softmax is that of finite differences", "[train]") {
  Double device;
  oracle::Random random(6);
  const auto x = oracle::random_reals(random, 8 * 5);
  const auto logits = variable_of(device, 8, 5, x);
  scn::Tape tape;
  tape.backward(scn::lovasz_softmax(logits, labels, &tape), 3);
  const auto at = [&](const std::vector<double>& moved) { return 3 * lovasz(moved, labels, 5); };
  CHECK(oracle::gradient_difference(at, x, numbers_of(logits.gradient()), {.absolute = 1e-9, .relative = 1e-6}) == "");
}

TEST_CASE("Lovasz-softmax of rows that are right is near 0, of rows that are wrong near 1", "[train]") {
  Double device;
  const auto logits = variable_of(device, 3, 2, {30, 0, 30, 0, 0, 30});
  CHECK(number_of(scn::lovasz_softmax(logits, std::vector{0, 0, 1})) < 1e-12);
  CHECK(number_of(scn::lovasz_softmax(logits, std::vector{1, 1, 0})) > 1 - 1e-12);
}

TEST_CASE("Lovasz-softmax leaves out what is ignored, NaN too, and is 0 where no row counts", "[train]") {
  Double device;
  const auto logits = variable_of(device, 2, 2, {std::numeric_limits<double>::quiet_NaN(), 1, 3, 5});
  scn::Tape tape;
  tape.backward(scn::lovasz_softmax(logits, std::vector{255, 1}, &tape, 255));
  const auto gradient = numbers_of(logits.gradient());
  CHECK((gradient[0] == 0 && gradient[1] == 0 && gradient[2] > 0 && gradient[3] < 0));
  CHECK(number_of(scn::lovasz_softmax(logits, std::vector{-100, -100})) == 0);
  CHECK(number_of(scn::lovasz_softmax(variable_of(device, 0, 0, {}), std::vector<int>{})) == 0);
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          scn::lovasz_softmax(logits, std::vector{2, 0});
        }) == "lovasz_softmax: row 0 has label 2, expected one of 2 classes from 0 or -100, which is ignored");
}

}  // namespace
