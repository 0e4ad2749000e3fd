// The clouds that benchmarks work on: scans from data/, generated ones, and those of files.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <numbers>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "scn/core/random.hpp"
#include "scn/geometry/quantize.hpp"
#include "scn/io/file.hpp"
#include "scn/io/npy.hpp"

namespace suite {

/// Points of several samples, measured in voxels: point p lies in voxel floor(p).
template <int D>
struct Cloud {
  std::vector<double> points;          ///< rows of D coordinates, sample after sample
  std::vector<std::int64_t> first{0};  ///< points of sample s: first[s] to first[s + 1]

  std::int64_t samples() const { return std::ssize(first) - 1; }
  void add(const std::array<double, std::size_t{D}>& point) { points.insert(points.end(), point.begin(), point.end()); }
  void end_sample() { first.push_back(std::ssize(points) / D); }
};

/// Dimensions that a workload can have.
using AnyCloud = std::variant<Cloud<2>, Cloud<3>, Cloud<4>>;

/// A site for each point, in the order of the points: several may be the same.
template <int D>
std::vector<scn::Site<D>> sites_of(const Cloud<D>& cloud) {
  std::vector<scn::Site<D>> all;
  for (std::int64_t sample = 0; sample < cloud.samples(); ++sample) {
    const auto begin = cloud.first[static_cast<std::size_t>(sample)];
    const auto end = cloud.first[static_cast<std::size_t>(sample + 1)];
    const scn::PointView<double> view{cloud.points.data() + begin * D, end - begin, D};
    auto part = scn::quantize<D>(view, {.sample = static_cast<std::int32_t>(sample)}).sites;
    if (all.empty())
      all = std::move(part);
    else
      all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

namespace detail {

/// x, y, z in metres of a scan of PandaSet scene 001.
inline std::vector<std::array<double, 3>> scan(int number) {
  const std::string path = std::string(SCN_SOURCE_DIR) + "/data/pandaset/001/0" + std::to_string(number) + ".bin";
  const std::vector<std::byte> bytes = scn::read_file(path);
  std::vector<std::array<float, 4>> rows(bytes.size() / sizeof(std::array<float, 4>));
  std::memcpy(rows.data(), bytes.data(), rows.size() * sizeof(rows[0]));
  std::vector<std::array<double, 3>> points;
  for (const auto& [x, y, z, intensity] : rows) points.push_back({double{x}, double{y}, double{z}});
  return points;
}

/// One scan at 0.1 m: 115,067 voxels.
inline AnyCloud pandaset() {
  Cloud<3> cloud;
  for (const auto& [x, y, z] : scan(0)) cloud.add({x / 0.1, y / 0.1, z / 0.1});
  cloud.end_sample();
  return cloud;
}

/// Three scans, each four times, shifted by 0 to 3 m along y, at 0.1 m: 921,814 voxels.
inline AnyCloud large() {
  Cloud<3> cloud;
  for (int number = 0; number < 3; ++number)
    for (const auto& [x, y, z] : scan(number))
      for (int copy = 0; copy < 4; ++copy) cloud.add({x / 0.1, (y + copy) / 0.1, z / 0.1});
  cloud.end_sample();
  return cloud;
}

/// One scan in the voxels of CenterPoint, z y x, 0.2 x 0.15 x 0.15 m: 82,907 voxels.
inline AnyCloud centerpoint() {
  Cloud<3> cloud;
  for (const auto& [x, y, z] : scan(0)) cloud.add({z / 0.2, y / 0.15, x / 0.15});
  cloud.end_sample();
  return cloud;
}

/// A sphere's shell around (resolution - 1) / 2: the voxels within 1.25 below resolution / 2.
inline AnyCloud sphere(int resolution) {
  const double centre = 0.5 * (resolution - 1), radius = 0.5 * resolution, inner = radius - 1.25;
  Cloud<3> cloud;
  for (int x = 0; x < resolution; ++x)
    for (int y = 0; y < resolution; ++y)
      for (int z = 0; z < resolution; ++z) {
        const double a = x - centre, b = y - centre, c = z - centre, square = a * a + b * b + c * c;
        if (square >= inner * inner && square <= radius * radius) cloud.add({x + 0.5, y + 0.5, z + 0.5});
      }
  cloud.end_sample();
  return cloud;
}
inline AnyCloud sphere16() { return sphere(16); }
inline AnyCloud sphere512() { return sphere(512); }

/// 50,000 points, uniform in 41 x 1600 x 1408: a voxel has hardly a neighbour.
inline AnyCloud random50k() {
  Cloud<3> cloud;
  for (std::uint64_t i = 0; i < 50000; ++i)
    cloud.add({41 * scn::uniform(1, 0, i), 1600 * scn::uniform(1, 1, i), 1408 * scn::uniform(1, 2, i)});
  cloud.end_sample();
  return cloud;
}

/// A room of 5 x 4 x 2.6 m at 0.02 m, turned by 0.3 about the vertical: walls, floor, ceiling, and six boxes in it,
/// each surface sampled every centimetre with a noise of 4 mm.
inline AnyCloud room() {
  using Point = std::array<double, 3>;
  Cloud<3> cloud;
  std::uint64_t drawn = 0;
  const auto surface = [&](const Point& corner, const Point& u, const Point& v) {
    const auto steps = [](const Point& side) { return std::lround(std::hypot(side[0], side[1], side[2]) / 0.01); };
    for (std::int64_t i = 0, a = steps(u); i < a; ++i)
      for (std::int64_t j = 0, b = steps(v); j < b; ++j) {
        Point p;
        for (std::size_t axis = 0; axis < 3; ++axis)
          p[axis] = corner[axis] + u[axis] * double(i) / double(a) + v[axis] * double(j) / double(b) +
                    0.004 * scn::normal(2, axis, drawn);
        ++drawn;
        const double c = std::cos(0.3), s = std::sin(0.3);
        cloud.add({(c * p[0] - s * p[1]) / 0.02, (s * p[0] + c * p[1]) / 0.02, p[2] / 0.02});
      }
  };
  const auto box = [&](const Point& corner, const Point& size) {
    const Point x{size[0], 0, 0}, y{0, size[1], 0}, z{0, 0, size[2]};
    const Point far{corner[0] + size[0], corner[1] + size[1], corner[2] + size[2]};
    for (const auto& [u, v] : {std::pair{x, y}, {y, z}, {x, z}}) {
      surface(corner, u, v);
      surface(far, {-u[0], -u[1], -u[2]}, {-v[0], -v[1], -v[2]});
    }
  };
  box({0, 0, 0}, {5, 4, 2.6});
  for (int i = 0; i < 6; ++i) box({0.3 + 0.75 * i, 0.4 + 0.5 * (i % 3), 0}, {0.5, 0.4, 0.4 + 0.2 * (i % 4)});
  cloud.end_sample();
  return cloud;
}

/// Three scans at 0.2 m with time as the fourth coordinate.
inline AnyCloud scans4d() {
  Cloud<4> cloud;
  for (int number = 0; number < 3; ++number)
    for (const auto& [x, y, z] : scan(number)) cloud.add({x / 0.2, y / 0.2, z / 0.2, number + 0.5});
  cloud.end_sample();
  return cloud;
}

/// 128 samples of handwriting: four strokes each in 95 x 95, of slowly turning direction.
inline AnyCloud handwriting() {
  Cloud<2> cloud;
  for (std::uint64_t sample = 0; sample < 128; ++sample) {
    for (std::uint64_t stroke = 0; stroke < 4; ++stroke) {
      const auto draw = [&](std::uint64_t element) { return scn::uniform(3, 4 * sample + stroke, element); };
      double x = 20 + 55 * draw(0), y = 20 + 55 * draw(1), angle = 2 * std::numbers::pi * draw(2);
      for (std::uint64_t step = 0; step < 240; ++step) {
        cloud.add({x, y});
        angle += 0.25 * (draw(3 + step / 12) - 0.5) + 0.03;
        x = std::abs(x + 0.5 * std::cos(angle));
        y = std::abs(y + 0.5 * std::sin(angle));
      }
    }
    cloud.end_sample();
  }
  return cloud;
}

/// Rows of a sample, which is not negative, and D coordinates, in any order.
template <int D>
AnyCloud cloud_of(const std::string& path, std::span<const std::int32_t> numbers) {
  constexpr std::size_t columns = D + 1;
  std::map<std::int32_t, std::vector<std::size_t>> rows;
  for (std::size_t row = 0; row < numbers.size(); row += columns) rows[numbers[row]].push_back(row);
  scn::require(rows.empty() || rows.begin()->first >= 0, path,
               ": the first column is the sample, which is not negative");
  Cloud<D> cloud;
  for (const auto& [sample, of_sample] : rows) {
    while (cloud.samples() < sample) cloud.end_sample();
    for (const std::size_t row : of_sample)
      for (const std::int32_t coordinate : numbers.subspan(row + 1, D)) cloud.points.push_back(coordinate + 0.5);
    cloud.end_sample();
  }
  return cloud;
}

}  // namespace detail

/// The built-in workloads by name.
inline const std::map<std::string, AnyCloud (*)()>& built_in_workloads() {
  static const std::map<std::string, AnyCloud (*)()> all{
      {"pandaset", detail::pandaset},   {"large", detail::large},         {"centerpoint", detail::centerpoint},
      {"sphere16", detail::sphere16},   {"sphere512", detail::sphere512}, {"room", detail::room},
      {"random50k", detail::random50k}, {"scans4d", detail::scans4d},     {"handwriting", detail::handwriting}};
  return all;
}

/// A built-in workload, or that of a .npy file of int32, N x (1 + D): the sample, then the coordinates, D = 2, 3, 4.
/// Throws scn::InvalidArgument for a name that is neither.
inline AnyCloud make_workload(const std::string& name) {
  if (const auto known = built_in_workloads().find(name); known != built_in_workloads().end()) return known->second();
  std::string names;
  for (const auto& [known, make] : built_in_workloads()) names += " " + known;
  scn::require(name.ends_with(".npy"), "--workload: expected a .npy file or one of", names, ", got ", name);
  const scn::NpyArray table = scn::read_npy(name);
  const std::int64_t columns = table.shape.size() == 2 ? table.shape[1] : 0;
  scn::require(columns >= 3 && columns <= 5, name, ": expected rows of a sample and 2, 3 or 4 coordinates, got ",
               table.shape.size(), " axes with ", columns, " columns");
  const auto numbers = table.values<std::int32_t>();
  if (columns == 3) return detail::cloud_of<2>(name, numbers);
  if (columns == 4) return detail::cloud_of<3>(name, numbers);
  return detail::cloud_of<4>(name, numbers);
}

}  // namespace suite
