// Tests of the oracle's losses, optimizer steps and confusion matrix by hand-computed numbers.
#include "oracle_training.hpp"

#include "catch.hpp"
#include "finite_differences.hpp"
#include "random_cases.hpp"

namespace {

using oracle::Rows;

TEST_CASE("The oracle's cross entropy of equal logits is the logarithm of the classes", "[oracle]") {
  const auto loss = oracle::cross_entropy({{2, 2, 2, 2}}, {1});
  CHECK(oracle::difference(std::log(4.0), loss.value, {.absolute = 1e-15}) == "");
  CHECK(oracle::difference(Rows{{0.25, -0.75, 0.25, 0.25}}, loss.gradient, {.absolute = 1e-15}) == "");
}

TEST_CASE("The oracle's cross entropy is the weighted mean over the rows that count", "[oracle]") {
  // softmax (3/4, 1/4): the rows cost log 4 with weight 3 and log 4/3 with weight 1; the ignored one nothing.
  const double log3 = std::log(3.0);
  const auto loss =
      oracle::cross_entropy({{log3, 0}, {log3, 0}, {50, -50}}, {1, 0, 255}, {.weights = {1, 3}, .ignore = 255});
  CHECK(oracle::difference((3 * std::log(4.0) + std::log(4.0 / 3)) / 4, loss.value, {.absolute = 1e-15}) == "");
  CHECK(oracle::difference(Rows{{9. / 16, -9. / 16}, {-1. / 16, 1. / 16}, {0, 0}}, loss.gradient,
                           {.absolute = 1e-15}) == "");
}

TEST_CASE("The oracle's cross entropy stays finite for logits of 10000", "[oracle][NUM-07]") {
  const auto loss = oracle::cross_entropy({{1e4, -1e4}}, {1});
  CHECK(loss.value == 2e4);
  CHECK(loss.gradient == Rows{{1, -1}});
}

TEST_CASE("The oracle's cross entropy is 0 where no row counts", "[oracle]") {
  const auto loss = oracle::cross_entropy({{1, 2}}, {-1}, {.ignore = -1});
  CHECK(loss.value == 0);
  CHECK(loss.gradient == Rows{{0, 0}});
  CHECK(oracle::cross_entropy({}, {}).value == 0);
}

TEST_CASE("The oracle's gradient of the cross entropy is that of finite differences", "[oracle]") {
  oracle::Random random(3);
  const std::vector<double> x = oracle::random_reals(random, 12);
  const std::vector<std::int64_t> labels{2, 0, 7, 1};
  const auto loss = [&](const std::vector<double>& values) {
    return oracle::cross_entropy(oracle::rows_of(values, 3), labels, {.weights = {0.5, 2, 1}, .ignore = 7});
  };
  CHECK(oracle::gradient_difference([&](const auto& values) { return loss(values).value; }, x,
                                    oracle::flat(loss(x).gradient), {.absolute = 1e-9, .relative = 1e-7}) == "");
}

TEST_CASE("The oracle's squared error is the mean over all elements", "[oracle]") {
  const auto loss = oracle::mean_squared_error({{1, 2}, {3, 4}}, {{1, 0}, {0, 5}});
  CHECK(loss.value == 3.5);
  CHECK(loss.gradient == Rows{{0, 1}, {1.5, -0.5}});
  CHECK(oracle::mean_squared_error({}, {}).value == 0);
}

TEST_CASE("The oracle's gradient descent keeps a velocity that begins with the first gradient", "[oracle]") {
  oracle::Sgd optimizer{.rate = 0.5, .momentum = 0.5, .weight_decay = 0.25};
  std::vector<double> values{4};
  optimizer.step(values, {1});  // slope 1 + 1 = 2, velocity 2
  CHECK(values == std::vector<double>{3});
  optimizer.step(values, {0.25});  // slope 0.25 + 0.75 = 1, velocity 1 + 1 = 2
  CHECK(values == std::vector<double>{2});
}

TEST_CASE("The oracle's Nesterov step looks one velocity ahead", "[oracle]") {
  oracle::Sgd optimizer{.rate = 0.5, .momentum = 0.5, .nesterov = true};
  std::vector<double> values{4};
  optimizer.step(values, {2});  // 2 + 0.5 * 2 = 3
  CHECK(values == std::vector<double>{2.5});
  optimizer.step(values, {1});  // velocity 1 + 1 = 2, 1 + 0.5 * 2 = 2
  CHECK(values == std::vector<double>{1.5});
}

TEST_CASE("The oracle's first Adam step is the rate against the sign of the gradient", "[oracle]") {
  oracle::Adam optimizer{.rate = 0.125, .eps = 0};
  std::vector<double> values{1, 1, 2};
  optimizer.step(values, {1e-3, -50, 7});
  CHECK(oracle::difference({0.875, 1.125, 1.875}, values, {.absolute = 1e-14}) == "");
}

TEST_CASE("The oracle's second Adam step weighs both gradients", "[oracle]") {
  oracle::Adam optimizer{.rate = 1, .first_decay = 0.5, .second_decay = 0.75, .eps = 0.5, .weight_decay = 0.5};
  std::vector<double> values{2};
  optimizer.step(values, {1});  // slope 2: mean 2, square 4, step 2 / (2 + 0.5)
  CHECK(oracle::difference({1.2}, values, {.absolute = 1e-15}) == "");
  optimizer.step(values, {-0.6});  // slope 0: first 0.5 / 0.75, second 0.75 / 0.4375
  CHECK(oracle::difference({1.2 - (2. / 3) / (std::sqrt(0.75 / 0.4375) + 0.5)}, values, {.absolute = 1e-15}) == "");
}

TEST_CASE("The oracle's intersection over union counts hits, misses and false claims", "[oracle]") {
  oracle::Confusion confusion(4);
  confusion.add({0, 0, 0, 1, 1, 9}, {0, 0, 1, 1, 2, 0}, 9);
  CHECK(confusion.counts[0] == std::vector<std::int64_t>{2, 1, 0, 0});
  CHECK(confusion.iou(0) == 2. / 3);
  CHECK(confusion.iou(1) == 1. / 3);
  CHECK(confusion.iou(2) == 0);
  CHECK_FALSE(confusion.iou(3));
  CHECK(oracle::difference(1. / 3, confusion.mean_iou(), {.absolute = 1e-15}) == "");
  CHECK(confusion.accuracy() == 3. / 5);
}

TEST_CASE("The oracle's scores of no rows are 0", "[oracle]") {
  const oracle::Confusion confusion(2);
  CHECK(confusion.mean_iou() == 0);
  CHECK(confusion.accuracy() == 0);
}

}  // namespace
