// A labelled scan from above: prediction and ground truth side by side, with a legend and a scale bar.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "picture.hpp"
#include "scans.hpp"
#include "scn/core/error.hpp"

namespace support {

/// What part of the world is seen and how; lengths in metres, sizes in pixels of the finished picture.
struct BirdsEyeView {
  float centre_x = 0, centre_y = 0;  ///< this point is in the middle of each panel
  float heading = 0.785f;            ///< radians from the x axis; this direction points up
  float extent = 100;                ///< side of the square that fills a panel's height
  int width = 1600, height = 900;
  std::string prediction_title = "Prediction", truth_title = "Ground truth";
};

namespace detail {

inline constexpr Colour background{14, 16, 22}, panel_colour{22, 25, 33}, bright{235, 238, 245}, dim{150, 156, 170};
inline constexpr int supersampling = 2, dot = 4;  // a point is a square of 4 x 4 half pixels

struct Panel {
  int x, y, width, height;  // in half pixels, as everything below
};

/// The rows of finite points from the lowest to the highest, so that upper points are painted over lower ones.
inline std::vector<std::size_t> rows_by_height(const Scan& scan) {
  std::vector<std::size_t> rows(scan.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  std::erase_if(rows, [&](std::size_t row) {
    const auto p = scan.point(row);
    return !std::isfinite(p[0]) || !std::isfinite(p[1]) || !std::isfinite(p[2]);
  });
  std::stable_sort(rows.begin(), rows.end(),
                   [&](std::size_t a, std::size_t b) { return scan.point(a)[2] < scan.point(b)[2]; });
  return rows;
}

inline void paint_points(Picture& picture, const Panel& panel, const BirdsEyeView& view, const Scan& scan,
                         std::span<const std::size_t> rows, std::span<const std::int32_t> labels) {
  const float scale = float(panel.height) / view.extent;
  const float forward_x = std::cos(view.heading), forward_y = std::sin(view.heading);
  for (const std::size_t row : rows) {
    const float x = scan.point(row)[0] - view.centre_x, y = scan.point(row)[1] - view.centre_y;
    const float right = (x * forward_y - y * forward_x) * scale + float(panel.width) / 2;
    const float down = float(panel.height) / 2 - (x * forward_x + y * forward_y) * scale;
    if (!(right >= 0 && right < float(panel.width - dot) && down >= 0 && down < float(panel.height - dot))) continue;
    const std::int32_t label = labels[row];
    const bool is_known = label >= 0 && label < std::int32_t(lidar_classes.size());
    const Colour colour = is_known ? lidar_classes[std::size_t(label)].colour : ignored_colour;
    picture.rectangle(panel.x + int(right), panel.y + int(down), dot, dot, colour);
  }
}

inline void paint_scale_bar(Picture& picture, const Panel& panel, const BirdsEyeView& view) {
  const float metres = std::pow(10.0f, std::floor(std::log10(view.extent / 3)));  // 1, 10, 100: a third at most
  const int length = int(metres * float(panel.height) / view.extent);
  const int x = panel.x + 32, y = panel.y + panel.height - 40;
  picture.rectangle(x, y, length, 4, bright);
  for (const int end : {x, x + length - 4}) picture.rectangle(end, y - 8, 4, 20, bright);
  picture.text(x + length + 24, y - 12, std::to_string(int(metres)) + " m", bright, 4);
}

/// Two lines of entries; each column is as wide as its longest name, the rest of `width` is shared between them.
inline void paint_legend(Picture& picture, int x, int y, int width) {
  constexpr int size = 4, line = 52, swatch = 26, gap = 16;
  std::vector<LidarClass> entries(lidar_classes.begin(), lidar_classes.end());
  entries.push_back({"ignored", ignored_colour});
  const std::size_t columns = (entries.size() + 1) / 2;
  const auto column_width = [&](std::size_t column) {
    int widest = 0;
    for (std::size_t item = column; item < entries.size(); item += columns)
      widest = std::max(widest, swatch + gap + Picture::text_width(entries[item].name, size));
    return widest;
  };
  int space = width;
  for (std::size_t column = 0; column < columns; ++column) space -= column_width(column);
  for (std::size_t column = 0; column < columns; ++column) {
    int top = y;
    for (std::size_t item = column; item < entries.size(); item += columns, top += line) {
      picture.rectangle(x, top, swatch, swatch, entries[item].colour);
      picture.text(x + swatch + gap, top - 1, entries[item].name, dim, size);
    }
    x += column_width(column) + std::max(space, 0) / int(columns - 1);
  }
}

}  // namespace detail

/// Draws `scan` twice: on the left in the colours of `prediction`, on the right in those of its own labels.
inline Picture birds_eye(const Scan& scan, std::span<const std::int32_t> prediction, const BirdsEyeView& view = {}) {
  using namespace detail;
  scn::require(prediction.size() == scan.size() && scan.labels.size() == scan.size(), "birds_eye: expected ",
               scan.size(), " labels, got ", prediction.size(), " predicted and ", scan.labels.size(), " true ones");
  scn::require(view.extent >= 1 && view.extent <= 1e6f, "birds_eye: expected an extent of 1 to 1e6 m, got ",
               view.extent);
  constexpr int margin = 24 * supersampling, title_height = 60 * supersampling, legend_height = 80 * supersampling;
  Picture picture(view.width * supersampling, view.height * supersampling, background);
  const int panel_width = (picture.width() - 3 * margin) / 2;
  const int panel_height = picture.height() - title_height - legend_height;
  const std::vector<std::size_t> rows = rows_by_height(scan);
  const auto paint = [&](int x, const std::string& title, std::span<const std::int32_t> labels) {
    const Panel panel{x, title_height, panel_width, panel_height};
    picture.text(x, 18 * supersampling, title, bright, 3 * supersampling);
    picture.rectangle(panel.x, panel.y, panel.width, panel.height, panel_colour);
    paint_points(picture, panel, view, scan, rows, labels);
    paint_scale_bar(picture, panel, view);
  };
  paint(margin, view.prediction_title, prediction);
  paint(2 * margin + panel_width, view.truth_title, scan.labels);
  paint_legend(picture, margin, picture.height() - legend_height + 20 * supersampling, picture.width() - 2 * margin);
  return picture.halved();
}

}  // namespace support
