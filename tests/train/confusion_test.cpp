// Tests of the confusion matrix: counts, scores, what is left out, and refusals.
#include "scn/train/confusion.hpp"

#include <array>

#include "catch.hpp"
#include "support/comparison.hpp"
#include "support/oracle_training.hpp"
#include "support/random_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

TEST_CASE("Counts and scores of a confusion matrix are the oracle's", "[train]") {
  oracle::Random random(8);
  constexpr std::int64_t classes = 6;  // the last one never occurs
  scn::Confusion confusion{classes, 255};
  oracle::Confusion expected(classes);
  for (int batch = 0; batch < 3; ++batch) {
    std::vector<std::int64_t> labels, predictions;
    for (int row = 0; row < 200; ++row) {
      const bool ignored = random.integer(0, 7) == 0;
      labels.push_back(ignored ? 255 : random.integer(0, classes - 2));
      predictions.push_back(!ignored && random.integer(0, 1) == 0 ? labels.back() : random.integer(0, classes - 2));
    }
    confusion.add(predictions, labels);
    expected.add(labels, predictions, 255);
  }
  for (std::int64_t label = 0; label < classes; ++label) {
    const auto place = static_cast<std::size_t>(label);
    for (std::int64_t other = 0; other < classes; ++other)
      CHECK(confusion.count(label, other) == expected.counts[place][static_cast<std::size_t>(other)]);
    CHECK(confusion.iou(label) == expected.iou(place));
  }
  CHECK(confusion.mean_iou() == expected.mean_iou());
  CHECK(confusion.accuracy() == expected.accuracy());
  CHECK((confusion.accuracy() > 0.5 && confusion.accuracy() < 0.7));
}

TEST_CASE("The mean IoU is taken over classes that occur in truth or prediction", "[train]") {
  scn::Confusion confusion{4};
  confusion.add(std::array{0, 0, 2}, std::array{0, 0, 0});
  CHECK(confusion.iou(0) == 2. / 3);
  CHECK_FALSE(confusion.iou(1));
  CHECK(confusion.iou(2) == 0);
  CHECK(confusion.mean_iou() == Approx(1. / 3));
}

TEST_CASE("Predictions for ignored rows may be anything", "[train]") {
  scn::Confusion confusion{2};
  confusion.add(std::vector<std::int32_t>{7, 1}, std::vector<std::int64_t>{-100, 1});
  CHECK(confusion.accuracy() == 1);
  CHECK(confusion.count(1, 1) == 1);
}

TEST_CASE("Labels of one byte with their own ignored label are counted", "[train]") {
  scn::Confusion confusion{2, 255};
  confusion.add(std::vector<std::int32_t>{1, 0}, std::vector<std::uint8_t>{255, 1});
  CHECK(confusion.count(1, 0) == 1);
  CHECK(confusion.accuracy() == 0);
}

TEST_CASE("Precision, recall and F1 count hits over guesses, over rows, and over both", "[train]") {
  scn::Confusion confusion{4};
  confusion.add(std::vector{0, 0, 1, 1, 1, 2}, std::vector{0, 1, 1, 1, 0, 0});
  CHECK(confusion.precision(1) == 2.0 / 3);
  CHECK(confusion.recall(0) == 1.0 / 3);
  CHECK(confusion.f1(0) == 2.0 / (3 + 2));
  CHECK(confusion.f1(1) == 4.0 / (3 + 3));
  CHECK(confusion.precision(2) == 0.0);
  CHECK_FALSE(confusion.recall(2));
  CHECK(confusion.f1(2) == 0.0);
  CHECK_FALSE(confusion.f1(3));
  CHECK(confusion.mean_f1() == Approx((0.4 + 2.0 / 3 + 0) / 3));
}

TEST_CASE("The scores of no rows are 0", "[train]") {
  scn::Confusion confusion{3};
  confusion.add(std::vector<std::int32_t>{}, std::vector<std::int32_t>{});
  CHECK(confusion.mean_iou() == 0);
  CHECK(confusion.accuracy() == 0);
  CHECK_FALSE(confusion.iou(0));
}

TEST_CASE("A confusion matrix refuses classes that it does not have, and counts nothing then", "[train]") {
  scn::Confusion confusion{3};
  const auto refusal = [&](const std::vector<std::int32_t>& predictions, const std::vector<std::int64_t>& labels) {
    return thrown_message<scn::InvalidArgument>([&] { confusion.add(predictions, labels); });
  };
  CHECK(refusal({0, 1}, {0}) == "Confusion: got 2 predictions and 1 labels");
  CHECK(refusal({0, 1}, {0, 3}) == "Confusion: row 1 has label 3, expected one of 3 classes from 0");
  CHECK(refusal({0, -1}, {0, 2}) == "Confusion: row 1 has prediction -1, expected one of 3 classes from 0");
  CHECK(confusion.count(0, 0) == 0);
  CHECK(refusal({0, 1}, {0, 2}) == "no exception");
  CHECK(confusion.count(0, 0) == 1);
}

TEST_CASE("A confusion matrix refuses questions about classes that it does not have", "[train]") {
  const scn::Confusion confusion{3};
  CHECK(thrown_message<scn::InvalidArgument>([&] { confusion.iou(3); }) ==
        "Confusion: label 3 is none of the 3 classes");
  CHECK(thrown_message<scn::InvalidArgument>([&] { confusion.count(-1, 0); }) ==
        "Confusion: label -1 is none of the 3 classes");
  CHECK(thrown_message<scn::InvalidArgument>([&] { confusion.count(0, 5); }) ==
        "Confusion: prediction 5 is none of the 3 classes");
}

TEST_CASE("A confusion matrix needs a class, and takes no more than memory bears", "[train]") {
  CHECK(thrown_message<scn::InvalidArgument>([] { scn::Confusion{0}; }) ==
        "Confusion: expected at least one class, got 0");
  CHECK(thrown_message<scn::LimitExceeded>([] { scn::Confusion{16385}; }) ==
        "Confusion: 16385 classes are more than 16384");
}

}  // namespace
