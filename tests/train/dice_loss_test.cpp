// Tests of the dice loss.
#include "scn/train/dice_loss.hpp"

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

/// The definition, class by class.
double dice(const std::vector<double>& logits, const std::vector<std::int32_t>& labels, std::size_t classes, double s) {
  const auto p = softmax(logits, classes);
  double sum = 0, present = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    double hits = 0, all = 0, rows = 0;
    for (std::size_t row = 0; row < labels.size(); ++row) {
      if (labels[row] == scn::ignored_label) continue;
      all += p[row * classes + c];
      if (labels[row] != static_cast<std::int32_t>(c)) continue;
      hits += p[row * classes + c];
      ++rows;
    }
    if (rows == 0) continue;
    sum += 1 - (2 * hits + s) / (all + rows + s);
    ++present;
  }
  return sum / present;
}

const std::vector<std::int32_t> labels{2, 0, -100, 2, 0, 0, 4, 2};  // no row of classes 1 and 3

TEMPLATE_TEST_CASE("The dice loss is its definition over the classes that occur", "[train]", double, float) {
  scn::CpuDevice<TestType> device{.threads = 2};
  oracle::Random random(5);
  const auto x = oracle::random_reals(random, 8 * 5);
  for (const double s : {1.0, 0.125})
    CHECK(oracle::difference(dice(x, labels, 5, s),
                             number_of(scn::dice_loss(variable_of(device, 8, 5, x), labels, nullptr, {.smoothing = s})),
                             {.relative = sizeof(TestType) == 8 ? 1e-13 : 1e-6}) == "");
}

TEST_CASE("The gradient of the dice loss is that of finite differences", "[train]") {
  Double device;
  oracle::Random random(6);
  const auto x = oracle::random_reals(random, 8 * 5);
  const auto logits = variable_of(device, 8, 5, x);
  scn::Tape tape;
  tape.backward(scn::dice_loss(logits, labels, &tape, {.smoothing = 0.5}), 3);
  const auto at = [&](const std::vector<double>& moved) { return 3 * dice(moved, labels, 5, 0.5); };
  CHECK(oracle::gradient_difference(at, x, numbers_of(logits.gradient()), {.absolute = 1e-9, .relative = 1e-6}) == "");
}

TEST_CASE("The dice loss leaves out what is ignored, NaN too, and is 0 where no row counts", "[train]") {
  Double device;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto logits = variable_of(device, 2, 2, {nan, 1, 3, 5});
  scn::Tape tape;
  tape.backward(scn::dice_loss(logits, std::vector{255, 1}, &tape, {.ignore = 255}));
  const auto gradient = numbers_of(logits.gradient());
  CHECK((gradient[0] == 0 && gradient[1] == 0 && gradient[2] > 0 && gradient[3] < 0));
  CHECK(number_of(scn::dice_loss(logits, std::vector{-100, -100})) == 0);
  CHECK(number_of(scn::dice_loss(variable_of(device, 0, 0, {}), std::vector<int>{})) == 0);
}

TEST_CASE("The dice loss refuses labels that are no class and no smoothing", "[train]") {
  Double device;
  const auto logits = variable_of(device, 1, 2, {0, 1});
  CHECK(thrown_message<scn::InvalidArgument>([&] { scn::dice_loss(logits, std::vector{2}); }) ==
        "dice_loss: row 0 has label 2, expected one of 2 classes from 0 or -100, which is ignored");
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          scn::dice_loss(logits, std::vector{1}, nullptr, {.smoothing = 0});
        }) == "dice_loss: smoothing must be above 0, got 0.000000");
}

TEST_CASE("The bits of the dice loss are the same with 1, 2 and 7 threads", "[train]") {
  oracle::Random random(7);
  const auto x = oracle::random_reals(random, 3000 * 4);
  std::vector<std::int32_t> many;
  for (int row = 0; row < 3000; ++row) many.push_back(static_cast<std::int32_t>(random.integer(0, 3)));
  std::vector<std::vector<float>> results;
  for (const int threads : {1, 2, 7}) {
    scn::Cpu device{.threads = threads};
    const auto logits = variable_of(device, 3000, 4, x);
    scn::Tape tape;
    tape.backward(scn::dice_loss(logits, many, &tape));
    results.push_back(logits.gradient().to_host());
  }
  CHECK((results[0] == results[1] && results[0] == results[2]));
}

}  // namespace
