// Shapes whose points belong to parts, as in the challenge on ShapeNet of ICCV 2017: reading and scoring.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "md5.hpp"
#include "scn/core/error.hpp"
#include "scn/io/point_files.hpp"

namespace support {

struct ShapeCategory {
  std::string_view folder, name;
  std::int32_t parts, first;  // its parts are the classes first, ..., first + parts - 1
};
inline constexpr std::array<ShapeCategory, 16> shape_categories{{{"02691156", "airplane", 4, 0},
                                                                 {"02773838", "bag", 2, 4},
                                                                 {"02954340", "cap", 2, 6},
                                                                 {"02958343", "car", 4, 8},
                                                                 {"03001627", "chair", 4, 12},
                                                                 {"03261776", "earphone", 3, 16},
                                                                 {"03467517", "guitar", 3, 19},
                                                                 {"03624134", "knife", 2, 22},
                                                                 {"03636649", "lamp", 4, 24},
                                                                 {"03642806", "laptop", 2, 28},
                                                                 {"03790512", "motorbike", 6, 30},
                                                                 {"03797390", "mug", 2, 36},
                                                                 {"03948459", "pistol", 3, 38},
                                                                 {"04099429", "rocket", 3, 41},
                                                                 {"04225987", "skateboard", 3, 44},
                                                                 {"04379243", "table", 3, 47}}};
inline constexpr std::int64_t part_classes = 50;

struct Shape {
  std::size_t category = 0;          ///< of shape_categories
  std::vector<double> points;        ///< rows of x, y, z; the farthest from the origin is at distance 1
  std::vector<std::int32_t> labels;  ///< the class of each point, 0 to 49
  bool trains = false;               ///< whether the reference trains on it: by the first digit of the file's MD5
};

/// "NAME.pts", three numbers a line, and "NAME.seg", the part of each point, counted from 1. Throws IoError;
/// FormatError for lines that are not so, another number of labels than points, and a part that the category does not
/// have.
inline Shape read_shape(const std::string& path, std::size_t category) {
  const ShapeCategory& kind = shape_categories[category];
  const std::vector<std::byte> bytes = scn::read_file(path);
  Shape shape{category, scn::parse_text_points(bytes, {"x", "y", "z"}, path).numbers<double>({"x", "y", "z"}), {}};
  shape.trains = md5(bytes)[0] < 0x80;
  double radius = 0;
  for (std::size_t i = 0; i < shape.points.size(); i += 3) {
    const double distance = std::hypot(shape.points[i], shape.points[i + 1], shape.points[i + 2]);
    scn::require<scn::FormatError>(std::isfinite(distance), path, ": point ", i / 3, " is not finite");
    radius = std::max(radius, distance);
  }
  scn::require<scn::FormatError>(radius > 0, path, ": expected points apart from the origin");
  for (double& coordinate : shape.points) coordinate /= radius;

  const std::string other = path.substr(0, path.size() - 3) + "seg";
  for (const double part : scn::read_text_points(other, {"part"}).numbers<double>({"part"})) {
    scn::require<scn::FormatError>(part >= 1 && part <= kind.parts && part == std::floor(part), other, ": point ",
                                   shape.labels.size(), " has the part ", part, ", expected 1 to ", kind.parts,
                                   ", those of ", kind.name);
    shape.labels.push_back(kind.first + std::int32_t(part) - 1);
  }
  scn::require<scn::FormatError>(3 * shape.labels.size() == shape.points.size(), other,
                                 ": expected a part for each of ", shape.points.size() / 3, " points, got ",
                                 shape.labels.size());
  return shape;
}

/// Mean IoU of parts as the reference counts it: of each part of each shape, 1 for a part that is neither there nor
/// found; its mean over the shapes and parts of a category, of which those count that occur in it; and the mean over
/// categories, weighted by their shapes.
class PartScores {
 public:
  /// `predicted` are classes of the shape's category.
  void add(const Shape& shape, std::span<const std::int32_t> predicted) {
    const ShapeCategory& kind = shape_categories[shape.category];
    Sums& sums = sums_[shape.category];
    ++sums.shapes;
    for (std::int32_t part = 0; part < kind.parts; ++part) {
      std::int64_t both = 0, either = 0;
      for (std::size_t i = 0; i < predicted.size(); ++i) {
        const bool is_found = predicted[i] == kind.first + part, is_there = shape.labels[i] == kind.first + part;
        both += is_found && is_there, either += is_found || is_there;
        if (is_there) sums.parts = std::max(sums.parts, std::size_t(part) + 1);
      }
      sums.iou[std::size_t(part)] += either == 0 ? 1.0 : double(both) / double(either);
    }
  }

  std::int64_t shapes(std::size_t category) const { return sums_[category].shapes; }
  /// Nothing where no shape of the category was added.
  std::optional<double> iou(std::size_t category) const {
    const Sums& sums = sums_[category];
    if (sums.shapes == 0) return {};
    double sum = 0;
    for (std::size_t part = 0; part < sums.parts; ++part) sum += sums.iou[part];
    return sum / double(sums.parts) / double(sums.shapes);
  }
  double mean_iou() const {
    double sum = 0, shapes = 0;
    for (std::size_t category = 0; category < sums_.size(); ++category)
      sum += iou(category).value_or(0) * double(sums_[category].shapes), shapes += double(sums_[category].shapes);
    return shapes == 0 ? 0 : sum / shapes;
  }

 private:
  struct Sums {
    std::int64_t shapes = 0;
    std::size_t parts = 0;  // up to the last that occurs
    std::array<double, 6> iou{};
  };
  std::array<Sums, shape_categories.size()> sums_{};
};

}  // namespace support
