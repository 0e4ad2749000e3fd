// Tests of copying the label of the nearest point.
#include "support/nearest_point.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"

namespace {

using support::NearestPoint;
using support::Scan;
using Labels = std::vector<std::int32_t>;

/// Points on a coarse lattice, so that many distances are equal and many points coincide.
Scan random_scan(std::size_t size, unsigned seed) {
  std::mt19937 generator(seed);
  std::uniform_int_distribution<int> place(-4, 4), label(-1, 10);
  Scan scan;
  for (std::size_t row = 0; row < size; ++row) {
    for (int k = 0; k < 4; ++k) scan.points.push_back(0.5f * float(place(generator)));
    scan.labels.push_back(label(generator));
  }
  return scan;
}

Labels labels_by_trying_all(const std::vector<Scan>& known, const Scan& scan) {
  Labels labels;
  for (std::size_t row = 0; row < scan.size(); ++row) {
    double best = std::numeric_limits<double>::infinity();
    std::int32_t label = support::ignored_label;
    for (const Scan& other : known)
      for (std::size_t candidate = 0; candidate < other.size(); ++candidate) {
        double squared = 0;
        for (std::size_t k = 0; k < 3; ++k) {
          const double gap = double(other.point(candidate)[k]) - double(scan.point(row)[k]);
          squared += gap * gap;
        }
        if (other.labels[candidate] == support::ignored_label || squared >= best) continue;
        best = squared;
        label = other.labels[candidate];
      }
    labels.push_back(label);
  }
  return labels;
}

Scan demo_scan(const std::string& number) {
  const std::string path = SCN_SOURCE_DIR "/data/pandaset/001/" + number;
  return support::read_scan(path + ".bin", path + ".label.u8");
}

/// Mean over the eleven classes of TP / (TP + FP + FN), points with an ignored true label left out.
double mean_iou(const Labels& truth, const Labels& prediction) {
  std::array<double, 11> hits{}, either{};
  for (std::size_t row = 0; row < truth.size(); ++row) {
    if (truth[row] == support::ignored_label) continue;
    const auto expected = static_cast<std::size_t>(truth[row]), got = static_cast<std::size_t>(prediction[row]);
    hits[expected] += expected == got;
    either[expected] += 1;
    either[got] += expected != got;
  }
  double sum = 0;
  for (std::size_t k = 0; k < hits.size(); ++k) sum += hits[k] / either[k];
  return sum / double(hits.size());
}

}  // namespace

TEST_CASE("each point gets the label of its nearest point, among equally near ones of the first") {
  for (unsigned seed = 0; seed < 20; ++seed) {
    const std::vector<Scan> known{random_scan(150, 3 * seed), random_scan(50, 3 * seed + 1)};
    const Scan scan = random_scan(100, 3 * seed + 2);
    CHECK(NearestPoint(known).labels_for(scan) == labels_by_trying_all(known, scan));
  }
}

TEST_CASE("intensity has no part in the distance") {
  const std::vector<Scan> known{{{0, 0, 0, 255, 1, 0, 0, 7}, {3, 4}}};
  CHECK(NearestPoint(known).labels_for({{0.4f, 0, 0, 7}, {0}}) == Labels{3});
}

TEST_CASE("ignored points and points that are not finite are not copied from") {
  constexpr float none = std::numeric_limits<float>::quiet_NaN();
  constexpr float infinite = std::numeric_limits<float>::infinity();
  const std::vector<Scan> known{{{0, 0, 0, 0, none, 0, 0, 0, 0, infinite, 0, 0, 9, 9, 9, 0}, {-1, 1, 2, 3}}};
  const NearestPoint nearest(known);
  CHECK(nearest.size() == 1);
  CHECK(nearest.labels_for({{0, 0, 0, 0}, {0}}) == Labels{3});
}

TEST_CASE("a point that is not finite gets no label") {
  const std::vector<Scan> known{{{0, 0, 0, 0}, {5}}};
  CHECK(NearestPoint(known).labels_for({{0, 0, std::numeric_limits<float>::quiet_NaN(), 0}, {0}}) == Labels{-1});
}

TEST_CASE("without a labelled point nothing is copied") {
  CHECK(NearestPoint({}).labels_for({{1, 2, 3, 4}, {0}}) == Labels{-1});
}

TEST_CASE("copying the labels of scans 00 and 01 scores 0.92 on scan 02") {
  const std::vector<Scan> known{demo_scan("00"), demo_scan("01")};
  const Scan scan = demo_scan("02");
  const auto start = std::chrono::steady_clock::now();
  const Labels labels = NearestPoint(known).labels_for(scan);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));  // 0.3 s with optimization
  CHECK(mean_iou(scan.labels, labels) == Approx(0.9219).margin(0.0002));
}
