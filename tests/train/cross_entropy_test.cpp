// Tests of the cross-entropy: values, gradients, labels of every type, what does not count, and refusals.
#include "scn/train/cross_entropy.hpp"

#include <array>
#include <limits>
#include <utility>

#include "catch.hpp"
#include "scn/cpu/cpu.hpp"
#include "support/finite_differences.hpp"
#include "support/oracle_training.hpp"
#include "support/random_cases.hpp"
#include "support/thrown_message.hpp"
#include "support/variables.hpp"

namespace {

using Double = scn::CpuDevice<double>;

/// More rows than one chunk of a reduction, a tenth of them ignored.
struct Case {
  static constexpr std::int64_t rows = 3000, classes = 5;
  std::vector<double> logits;
  std::vector<std::int64_t> labels;
  std::vector<double> weights{0.5, 2, 0, 1, 1.25};

  explicit Case(std::uint64_t seed) {
    oracle::Random random(seed);
    logits = oracle::random_reals(random, rows * classes);
    for (double& logit : logits) logit *= 8;
    for (std::int64_t row = 0; row < rows; ++row)
      labels.push_back(random.integer(0, 9) == 0 ? -100 : random.integer(0, classes - 1));
  }
  oracle::Loss expected() const {
    return oracle::cross_entropy(oracle::rows_of(logits, classes), labels, {.weights = weights, .ignore = -100});
  }
};

TEMPLATE_TEST_CASE("The cross-entropy and its gradient are the oracle's", "[train]", double, float) {
  scn::CpuDevice<TestType> device{.threads = 2, .seed = 1};
  const double tolerance = sizeof(TestType) == 8 ? 1e-12 : 1e-5;
  const Case given(7);
  const oracle::Loss expected = given.expected();
  const auto logits = variable_of(device, Case::rows, Case::classes, given.logits);
  scn::Tape tape;
  const auto loss = scn::cross_entropy(logits, given.labels, &tape, {.weights = given.weights});
  CHECK(loss.rows().bound == 1);
  CHECK(loss.channels() == 1);
  tape.backward(loss);
  CHECK(oracle::difference(expected.value, number_of(loss), {.relative = tolerance}) == "");
  CHECK(oracle::difference(oracle::flat(expected.gradient), numbers_of(logits.gradient()), {.of_largest = tolerance}) ==
        "");
  CHECK(oracle::nonzero_part(oracle::flat(expected.gradient)) > 0.3);
}

TEST_CASE("The gradient of the cross-entropy is that of finite differences", "[train]") {
  Double device{.threads = 2, .seed = 1};
  oracle::Random random(11);
  const std::vector<double> x = oracle::random_reals(random, 7 * 4);
  const std::vector<std::int32_t> labels{2, 0, -1, 3, 1, 1, 0};
  const scn::CrossEntropySettings settings{.weights = {1, 3, 0.25, 0.5}, .ignore = -1};
  const auto loss_at = [&](const std::vector<double>& values) {
    return number_of(scn::cross_entropy(variable_of(device, 7, 4, values), labels, nullptr, settings));
  };
  const auto logits = variable_of(device, 7, 4, x);
  scn::Tape tape;
  tape.backward(scn::cross_entropy(logits, labels, &tape, settings));
  CHECK(oracle::gradient_difference(loss_at, x, numbers_of(logits.gradient()), {.absolute = 1e-9, .relative = 1e-7}) ==
        "");
}

/// The definition: share of the row * sum over classes of wanted (1 - p)^focus (-log p).
double focal(const std::vector<double>& x, const std::vector<std::int32_t>& labels, std::size_t classes,
             const scn::CrossEntropySettings& settings) {
  double sum = 0, weights = 0;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    if (labels[row] == settings.ignore) continue;
    const double weight = settings.weights.empty() ? 1 : settings.weights[static_cast<std::size_t>(labels[row])];
    double all = 0;
    for (std::size_t c = 0; c < classes; ++c) all += std::exp(x[row * classes + c]);
    for (std::size_t c = 0; c < classes; ++c) {
      const double p = std::exp(x[row * classes + c]) / all;
      const double wanted = (labels[row] == static_cast<std::int32_t>(c) ? 1 - settings.smoothing : 0) +
                            settings.smoothing / static_cast<double>(classes);
      sum -= weight * wanted * std::pow(1 - p, settings.focus) * std::log(p);
    }
    weights += weight;
  }
  return sum / weights;
}

TEST_CASE("A cross-entropy with smoothed labels and focus, and its gradient, follow the definition", "[train]") {
  Double device{.threads = 2};
  oracle::Random random(12);
  const std::vector<double> x = oracle::random_reals(random, 7 * 4);
  const std::vector<std::int32_t> labels{2, 0, -1, 3, 1, 1, 0};
  for (const double smoothing : {0.0, 0.1})
    for (const double focus : {0.0, 0.5, 1.0, 2.0}) {
      CAPTURE(smoothing, focus);
      const scn::CrossEntropySettings settings{
          .weights = {1, 3, 0.25, 0.5}, .ignore = -1, .smoothing = smoothing, .focus = focus};
      const auto logits = variable_of(device, 7, 4, x);
      scn::Tape tape;
      const auto loss = scn::cross_entropy(logits, labels, &tape, settings);
      CHECK(oracle::difference(focal(x, labels, 4, settings), number_of(loss), {.relative = 1e-14}) == "");
      tape.backward(loss);
      const auto at = [&](const std::vector<double>& moved) { return focal(moved, labels, 4, settings); };
      CHECK(oracle::gradient_difference(at, x, numbers_of(logits.gradient()), {.absolute = 1e-9, .relative = 1e-7}) ==
            "");
    }
}

TEMPLATE_TEST_CASE("A row that is right beyond doubt costs nothing, whatever the focus", "[train]", double, float) {
  scn::CpuDevice<TestType> device;
  for (const double focus : {0.5, 2.0}) {
    const auto logits = variable_of(device, 1, 2, {1e4, -1e4});
    scn::Tape tape;
    const auto loss = scn::cross_entropy(logits, std::array{0}, &tape, {.focus = focus});
    tape.backward(loss);
    CHECK(number_of(loss) == 0);
    CHECK(numbers_of(logits.gradient()) == std::vector<double>{0, 0});
  }
}

TEST_CASE("The cross-entropy refuses smoothing and focus that are none", "[train]") {
  Double device;
  const auto logits = variable_of(device, 1, 2, {0, 1});
  const auto refusal = [&](const scn::CrossEntropySettings& settings) {
    return thrown_message<scn::InvalidArgument>([&] { scn::cross_entropy(logits, std::array{0}, nullptr, settings); });
  };
  const std::string must = "cross_entropy: smoothing must lie in [0, 1) and focus be finite and not negative, got ";
  CHECK(refusal({.smoothing = 1}) == must + "1.000000 and 0.000000");
  CHECK(refusal({.focus = -1}) == must + "0.000000 and -1.000000");
}

TEMPLATE_TEST_CASE("The cross-entropy of logits of 10000 is finite and exact", "[train][NUM-07]", double, float) {
  scn::CpuDevice<TestType> device{.threads = 1, .seed = 1};
  const auto logits = variable_of(device, 2, 2, {1e4, -1e4, -1e4, 1e4});
  scn::Tape tape;
  const auto loss = scn::cross_entropy(logits, std::array{1, 1}, &tape);
  tape.backward(loss);
  CHECK(number_of(loss) == 1e4);
  CHECK(numbers_of(logits.gradient()) == std::vector<double>{0.5, -0.5, 0, 0});
}

TEST_CASE("Labels of any integer type up to 64 bits with sign give the same cross-entropy", "[train]") {
  Double device{.threads = 1, .seed = 1};
  const auto logits = variable_of(device, 3, 3, {1, 2, 4, 0, -1, 3, 5, 5, 1});
  const std::vector<std::uint8_t> bytes{2, 255, 0};
  const std::vector<std::int64_t> wide{2, 255, 0};
  const std::array<std::int32_t, 3> usual{2, 255, 0};
  const double expected = number_of(scn::cross_entropy(logits, wide, nullptr, {.ignore = 255}));
  CHECK(number_of(scn::cross_entropy(logits, bytes, nullptr, {.ignore = 255})) == expected);
  CHECK(number_of(scn::cross_entropy(logits, std::span(usual), nullptr, {.ignore = 255})) == expected);
  CHECK(expected > 0);
}

TEST_CASE("A cross-entropy in which no row counts is 0 with a gradient of 0", "[train]") {
  Double device{.threads = 1, .seed = 1};
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::pair<std::vector<std::int32_t>, scn::CrossEntropySettings> cases[] = {
      {{-100, -100}, {}}, {{1, 0}, {.weights = {0, 0}}}, {{1, 1}, {.ignore = 1}}};
  for (const auto& [labels, settings] : cases) {
    // Memory that is used again holds NaN, so nothing may be read that was not written.
    {
      std::vector<scn::Matrix<Double>> used;
      for (int i = 0; i < 5; ++i)
        used.push_back(variable_of(device, 4, 8, std::vector<double>(32, nan)).value().copy());
    }
    const auto logits = variable_of(device, 2, 2, {1, nan, 3, 4});
    scn::Tape tape;
    const auto loss = scn::cross_entropy(logits, labels, &tape, settings);
    tape.backward(loss);
    CHECK(number_of(loss) == 0);
    CHECK(numbers_of(logits.gradient()) == std::vector<double>{0, 0, 0, 0});
  }
}

TEST_CASE("A class may be the ignored label", "[train]") {
  Double device{.threads = 1, .seed = 1};
  const auto logits = variable_of(device, 2, 2, {0, 0, 9, 0});
  CHECK(number_of(scn::cross_entropy(logits, std::array{1, 0}, nullptr, {.ignore = 0})) == Approx(std::log(2.0)));
}

TEST_CASE("A cross-entropy of no rows is 0, whatever the channels", "[train]") {
  Double device{.threads = 2, .seed = 1};
  for (const std::int64_t channels : {0, 3}) {
    const auto logits = variable_of(device, 0, channels, {});
    scn::Tape tape;
    const auto loss = scn::cross_entropy(logits, std::vector<int>{}, &tape, {.weights = {1, 2, 3}});
    tape.backward(loss);
    CHECK(number_of(loss) == 0);
    CHECK(logits.has_gradient());
    CHECK(numbers_of(logits.gradient()).empty());
  }
}

TEST_CASE("A NaN among the logits of a row that counts makes the cross-entropy NaN", "[train]") {
  Double device{.threads = 1, .seed = 1};
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(std::isnan(number_of(scn::cross_entropy(variable_of(device, 1, 3, {1, nan, 2}), std::array{0}))));
}

TEST_CASE("The gradient of a cross-entropy takes the factor of the backward pass and adds up", "[train]") {
  Double device{.threads = 1, .seed = 1};
  const auto logits = variable_of(device, 1, 2, {0, 0});
  scn::Tape tape;
  tape.backward(scn::cross_entropy(logits, std::array{0}, &tape), 4);
  CHECK(numbers_of(logits.gradient()) == std::vector<double>{-2, 2});
  tape.backward(scn::cross_entropy(logits, std::array{1}, &tape), 2);
  CHECK(numbers_of(logits.gradient()) == std::vector<double>{-1, 1});
}

TEST_CASE("A cross-entropy is recorded only on a recording tape for logits that need a gradient", "[train]") {
  Double device{.threads = 1, .seed = 1};
  const auto fixed = variable_of(device, 1, 2, {0, 1}, false);
  const auto trained = variable_of(device, 1, 2, {0, 1});
  scn::Tape tape, replayed(scn::Pass{.record = false});
  CHECK_FALSE(scn::cross_entropy(fixed, std::array{0}, &tape).needs_gradient());
  CHECK_FALSE(scn::cross_entropy(trained, std::array{0}).needs_gradient());
  scn::cross_entropy(trained, std::array{0}, &replayed);
  CHECK(tape.size() == 0);
  CHECK(replayed.size() == 0);
  CHECK(scn::cross_entropy(trained, std::array{0}, &tape).needs_gradient());
  CHECK(tape.size() == 1);
}

TEST_CASE("The cross-entropy refuses labels and weights that do not fit, and records nothing then", "[train]") {
  Double device{.threads = 1, .seed = 1};
  const auto logits = variable_of(device, 2, 3, {1, 2, 3, 4, 5, 6});
  scn::Tape tape;
  const auto refusal = [&](const std::vector<std::int64_t>& labels, const scn::CrossEntropySettings& settings = {}) {
    return thrown_message<scn::InvalidArgument>([&] { scn::cross_entropy(logits, labels, &tape, settings); });
  };
  CHECK(refusal({0}) == "cross_entropy: expected a label for each of 2 rows, got 1");
  CHECK(refusal({0, 3}) ==
        "cross_entropy: row 1 has label 3, expected one of 3 classes from 0 or -100, which is ignored");
  CHECK(refusal({-1, 0}, {.ignore = 255}) ==
        "cross_entropy: row 0 has label -1, expected one of 3 classes from 0 or 255, which is ignored");
  CHECK(refusal({std::int64_t{1} << 32, 0}) ==
        "cross_entropy: row 0 has label 4294967296, expected one of 3 classes from 0 or -100, which is ignored");
  CHECK(refusal({0, 1}, {.weights = {1, 1}}) == "cross_entropy: expected a weight for each of 3 classes, got 2");
  CHECK(refusal({0, 1}, {.weights = {1, 1, -0.5}}) ==
        "cross_entropy: the weight of class 2 is -0.500000, expected a finite number that is not negative");
  CHECK(refusal({0, 1}, {.weights = {1, std::numeric_limits<double>::infinity(), 1}}) ==
        "cross_entropy: the weight of class 1 is inf, expected a finite number that is not negative");
  CHECK(tape.size() == 0);
  CHECK_FALSE(logits.has_gradient());
  CHECK(refusal({0, 1}) == "no exception");
}

TEST_CASE("The cross-entropy refuses more classes than 32 bits can name", "[train]") {
  Double device{.threads = 1, .seed = 1};
  const auto logits = variable_of(device, 0, std::int64_t{1} << 31, {});
  CHECK(thrown_message<scn::LimitExceeded>([&] { scn::cross_entropy(logits, std::vector<int>{}); }) ==
        "cross_entropy: 2147483648 classes are more than labels of 32 bits can name");
}

TEST_CASE("The bits of the cross-entropy and its gradient are the same with 1, 2 and 7 threads", "[train]") {
  std::vector<std::vector<float>> values, gradients;
  for (const int threads : {1, 2, 7}) {
    scn::Cpu device{.threads = threads, .seed = 1};
    const Case given(5);
    const auto logits = variable_of(device, Case::rows, Case::classes, given.logits);
    scn::Tape tape;
    const auto loss = scn::cross_entropy(logits, given.labels, &tape, {.weights = given.weights});
    tape.backward(loss);
    values.push_back(loss.value().to_host());
    gradients.push_back(logits.gradient().to_host());
  }
  CHECK((values[0] == values[1] && values[0] == values[2]));
  CHECK((gradients[0] == gradients[1] && gradients[0] == gradients[2]));
}

}  // namespace
