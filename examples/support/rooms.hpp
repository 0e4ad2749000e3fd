// Rooms of ScanNet: reading them, and how the reference turns one into the sites of a network.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <string>
#include <string_view>
#include <vector>

#include "elastic.hpp"
#include "scn/core/error.hpp"
#include "scn/geometry/quantize.hpp"
#include "scn/geometry/rotation.hpp"
#include "scn/io/ply.hpp"
#include "scn/train/confusion.hpp"

namespace support {

struct RoomClass {
  std::string_view name;
  int label;  // of NYU's 40 classes, as files have it
};
inline constexpr std::array<RoomClass, 20> room_classes{
    {{"wall", 1},    {"floor", 2},      {"cabinet", 3},       {"bed", 4},
     {"chair", 5},   {"sofa", 6},       {"table", 7},         {"door", 8},
     {"window", 9},  {"bookshelf", 10}, {"picture", 11},      {"counter", 12},
     {"desk", 14},   {"curtain", 16},   {"refrigerator", 24}, {"shower curtain", 28},
     {"toilet", 33}, {"sink", 34},      {"bathtub", 36},      {"other furniture", 39}}};

struct Room {
  std::vector<double> points;        ///< rows of x, y, z in metres, their mean at the origin
  std::vector<float> colours;        ///< rows of red, green and blue, -1 to 1
  std::vector<std::int32_t> labels;  ///< of room_classes, or scn::ignored_label
};

namespace detail {

inline scn::PointFile read_vertices(const std::string& path, const std::vector<std::string>& fields) {
  scn::PointFile file = scn::read_ply(path);
  for (const std::string& field : fields)
    scn::require<scn::FormatError>(file.has(field), path, ": expected vertices with a property ", field);
  return file;
}

}  // namespace detail

/// "NAME.ply" with positions and colours, and "NAME.labels.ply", whose vertices are the same and have a label. Throws
/// IoError; FormatError for what is no such file, other numbers of vertices, and a position that is not finite.
inline Room read_room(const std::string& path) {
  const scn::PointFile cloud = detail::read_vertices(path, {"x", "y", "z", "red", "green", "blue"});
  const std::string other = path.substr(0, path.size() - 3) + "labels.ply";
  const scn::PointFile labelled = detail::read_vertices(other, {"label"});
  scn::require<scn::FormatError>(labelled.count() == cloud.count(), other, ": expected the ", cloud.count(),
                                 " vertices of ", path, ", got ", labelled.count());
  Room room{cloud.numbers<double>({"x", "y", "z"}), cloud.numbers<float>({"red", "green", "blue"}), {}};
  for (float& colour : room.colours) colour = colour / 127.5f - 1;
  std::array<double, 3> mean{};
  for (std::size_t i = 0; i < room.points.size(); ++i) {
    scn::require<scn::FormatError>(std::isfinite(room.points[i]), path, ": vertex ", i / 3, " is not finite");
    mean[i % 3] += room.points[i] / double(cloud.count());
  }
  for (std::size_t i = 0; i < room.points.size(); ++i) room.points[i] -= mean[i % 3];
  for (const double label : labelled.numbers<double>({"label"})) {
    const auto found = std::find_if(room_classes.begin(), room_classes.end(),
                                    [&](const RoomClass& one) { return one.label == label; });
    room.labels.push_back(found == room_classes.end() ? std::int32_t{scn::ignored_label}
                                                      : std::int32_t(found - room_classes.begin()));
  }
  return room;
}

/// IoU of the classes over the points of all rooms.
struct RoomScores {
  scn::Confusion confusion{std::ssize(room_classes)};

  void add(const Room& room, const std::vector<std::int32_t>& predicted) { confusion.add(predicted, room.labels); }
  double mean_iou() const { return confusion.mean_iou(); }
};

/// How a room is seen, as the reference has it. All are mirrored, turned about the vertical and moved at random; in
/// training they are also skewed, and may be distorted, and all colours of a room are shifted.
struct RoomView {
  bool training = false, elastic = false;
};

/// A batch of rooms: sites, three features a point, a label a point.
struct Rooms {
  static constexpr int extent = 4096, scale = 20;  // sites along an axis, and a metre
  std::vector<scn::Site<3>> sites;
  std::vector<float> features;
  std::vector<std::int32_t> labels;
  std::vector<std::int64_t> points;  // the row of its room for each
  std::int32_t samples = 0;

  /// Appends a room as the next sample. A room that is larger than the extent loses what is outside.
  void append(const Room& room, const RoomView& view, Draw draw) {
    scn::SquareMatrix<3> skew{};
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 3; ++j)
        skew[i][j] = scale * ((i == j ? 1.0 : 0.0) + (view.training ? 0.1 * draw.normal() : 0.0));
    if (draw(0, 1) < 0.5) skew[0][0] = -skew[0][0];
    const double angle = draw(0, 2 * std::numbers::pi), cosine = std::cos(angle), sine = std::sin(angle);
    std::vector<double> moved(room.points.size());
    for (std::size_t i = 0; i < moved.size(); i += 3) {
      std::array<double, 3> p{};
      for (std::size_t row = 0; row < 3; ++row)
        for (std::size_t column = 0; column < 3; ++column) p[column] += room.points[i + row] * skew[row][column];
      moved[i] = cosine * p[0] - sine * p[1];
      moved[i + 1] = sine * p[0] + cosine * p[1];
      moved[i + 2] = p[2];
    }
    if (view.elastic) {
      distort(moved, 6 * scale / 50, 40.0 * scale / 50, draw);
      distort(moved, 20 * scale / 50, 160.0 * scale / 50, draw);
    }
    place(moved, draw);
    std::array<float, 3> shift{};
    if (view.training)
      for (float& colour : shift) colour = static_cast<float>(0.1 * draw.normal());
    const auto voxels = scn::quantize<3>(scn::PointView<double>{moved.data(), std::int64_t(moved.size() / 3), 3},
                                         scn::Grid<3>{.extent = scn::Point<3>(extent), .sample = samples++});
    sites.insert(sites.end(), voxels.sites.begin(), voxels.sites.end());
    for (const std::int64_t point : voxels.points) {
      for (std::size_t c = 0; c < 3; ++c) features.push_back(room.colours[std::size_t(3 * point) + c] + shift[c]);
      labels.push_back(room.labels[std::size_t(point)]);
      points.push_back(point);
    }
  }

 private:
  /// Anywhere within the extent, or, of a larger room, any part of it.
  static void place(std::vector<double>& points, Draw& draw) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      double low = std::numeric_limits<double>::infinity(), high = -low;
      for (std::size_t i = axis; i < points.size(); i += 3)
        low = std::min(low, points[i]), high = std::max(high, points[i]);
      const double room = extent - (high - low);
      const double offset = std::max(room - 0.001, 0.0) * draw(0, 1) + std::min(room + 0.001, 0.0) * draw(0, 1) - low;
      for (std::size_t i = axis; i < points.size(); i += 3) points[i] += offset;
    }
  }
};

}  // namespace support
