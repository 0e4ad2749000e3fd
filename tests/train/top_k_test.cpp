// Tests of top-k accuracy.
#include "scn/train/top_k.hpp"

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

TEST_CASE("TopK finds labels among the k largest scores, the lower channel first among equal ones", "[train]") {
  Double device;
  const auto scores = variable_of(device, 4, 3, {1, 3, 2, 5, 5, 1, 0, 0, 0, 9, 8, 7});
  const std::vector<int> labels{2, 1, 2, 0};  // second, second by number, third by number, first
  const double expected[] = {0.25, 0.75, 1, 1};
  for (std::int64_t k = 1; k <= 4; ++k) {
    scn::TopK hits(k);
    hits.add(scores, labels);
    CHECK(hits.accuracy() == expected[k - 1]);
  }
}

TEST_CASE("TopK with one guess is the accuracy of the predictions", "[train]") {
  scn::Cpu device{.threads = 2};
  oracle::Random random(3);
  const auto scores = variable_of(device, 1000, 4, oracle::random_integers(random, 4000, 2));
  std::vector<std::int32_t> labels;
  for (int row = 0; row < 1000; ++row) labels.push_back(static_cast<std::int32_t>(random.integer(0, 3)));
  const auto found = scn::predictions(scores);
  double hits = 0;
  for (std::size_t row = 0; row < labels.size(); ++row) hits += found[row] == labels[row];
  scn::TopK top(1);
  top.add(scores, labels);
  CHECK(top.accuracy() == hits / 1000);
}

TEST_CASE("TopK adds up batches, leaves out ignored rows, and misses labels whose score is NaN", "[train]") {
  Double device;
  scn::TopK top(2, 255);
  CHECK(top.accuracy() == 0);
  top.add(variable_of(device, 2, 2, {1, 2, 3, 4}), std::vector{0, 255});
  CHECK(top.accuracy() == 1);
  top.add(variable_of(device, 1, 2, {std::numeric_limits<double>::quiet_NaN(), 0}), std::vector{0});
  CHECK(top.accuracy() == 0.5);
  top.add(variable_of(device, 0, 2, {}), std::vector<int>{});
  CHECK(top.accuracy() == 0.5);
}

TEST_CASE("TopK refuses no guess, and labels that are no class", "[train]") {
  Double device;
  CHECK(thrown_message<scn::InvalidArgument>([] { scn::TopK{0}; }) == "TopK: expected at least one guess, got 0");
  scn::TopK top(1);
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          top.add(variable_of(device, 1, 2, {0, 1}), std::vector{2});
        }) == "TopK: row 0 has label 2, expected one of 2 classes from 0 or -100, which is ignored");
}

}  // namespace
