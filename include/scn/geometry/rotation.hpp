// Rotations of points: drawn at random in any dimension, and halved in three.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "scn/core/error.hpp"
#include "scn/core/random.hpp"
#include "scn/fwd.hpp"

namespace scn {

/// D x D numbers by rows: matrix[row][column].
template <int D>
using SquareMatrix = std::array<std::array<double, std::size_t{D}>, std::size_t{D}>;

/// Whether a random rotation may be a mirror image of one.
enum class Mirrors { forbidden, allowed };

/// A rotation about the origin drawn uniformly (by Haar's measure), of which half are mirrored if that is allowed. It
/// follows from (seed, draw) alone: `random_rotation<3>(device.seed, device.next_draw())`. A uniform rotation of n - 1
/// axes becomes one of n axes by a rotation that takes the last axis to a uniform direction, here a product of two
/// reflections, so that the result is orthogonal to the last digit. Diaconis and Shahshahani, "The subgroup algorithm
/// for generating uniform random variables", 1987.
template <int D>
requires Dimension<D> SquareMatrix<D> random_rotation(std::uint64_t seed, std::uint64_t draw,
                                                      Mirrors mirrors = Mirrors::forbidden) {
  SquareMatrix<D> rotation{};
  for (std::size_t axis = 0; axis < D; ++axis) rotation[axis][axis] = 1;
  std::uint64_t element = 0;
  for (std::size_t axes = 2; axes <= D; ++axes) {
    std::array<double, std::size_t{D}> mirror{};  // normal to the plane that maps the last axis to the direction
    double length = 0;
    for (std::size_t i = 0; i < axes; ++i) {
      mirror[i] = normal(seed, draw, element++);
      length = std::hypot(length, mirror[i]);
    }
    for (std::size_t i = 0; i < axes; ++i) mirror[i] /= -length;
    mirror[axes - 1] += 1;
    double square = 0;
    for (std::size_t i = 0; i < axes; ++i) square += mirror[i] * mirror[i];
    for (double& number : rotation[0]) number = -number;
    for (std::size_t column = 0; column < axes && square > 0; ++column) {
      double product = 0;
      for (std::size_t i = 0; i < axes; ++i) product += mirror[i] * rotation[i][column];
      for (std::size_t i = 0; i < axes; ++i) rotation[i][column] -= 2 * product / square * mirror[i];
    }
  }
  if (mirrors == Mirrors::allowed && uniform(seed, draw, element) < 0.5)
    for (double& number : rotation[0]) number = -number;
  return rotation;
}

namespace detail {

/// Of length 1; turns by twice the angle whose cosine is w.
struct Quaternion {
  double w = 1;
  std::array<double, 3> axis{};

  Quaternion unit() const {
    const double length = std::hypot(std::hypot(w, axis[0]), std::hypot(axis[1], axis[2]));
    return {w / length, {axis[0] / length, axis[1] / length, axis[2] / length}};
  }
};

/// With w >= 0. Divides by the largest of the four numbers: Shepperd, "Quaternion from rotation matrix", 1978.
inline Quaternion quaternion_of(const SquareMatrix<3>& r) {
  const double trace = r[0][0] + r[1][1] + r[2][2];
  std::size_t i = 0;
  for (std::size_t axis = 1; axis < 3; ++axis)
    if (r[axis][axis] > r[i][i]) i = axis;
  const std::size_t j = (i + 1) % 3, k = (i + 2) % 3;
  Quaternion q;
  if (trace >= r[i][i]) {
    q = {1 + trace, {r[2][1] - r[1][2], r[0][2] - r[2][0], r[1][0] - r[0][1]}};
  } else {
    const double sign = r[k][j] < r[j][k] ? -1 : 1;
    q.w = sign * (r[k][j] - r[j][k]);
    q.axis[i] = sign * (1 + 2 * r[i][i] - trace);
    q.axis[j] = sign * (r[i][j] + r[j][i]);
    q.axis[k] = sign * (r[k][i] + r[i][k]);
  }
  return q.unit();
}

inline SquareMatrix<3> matrix_of(const Quaternion& q) {
  SquareMatrix<3> r{};
  for (std::size_t i = 0; i < 3; ++i) {
    const std::size_t j = (i + 1) % 3, k = (i + 2) % 3;
    r[i][i] = 1 - 2 * (q.axis[j] * q.axis[j] + q.axis[k] * q.axis[k]);
    r[i][j] = 2 * (q.axis[i] * q.axis[j] - q.w * q.axis[k]);
    r[j][i] = 2 * (q.axis[i] * q.axis[j] + q.w * q.axis[k]);
  }
  return r;
}

/// Whether rows are of length 1, at right angles and right-handed, to six digits.
inline bool is_rotation(const SquareMatrix<3>& r) {
  bool orthogonal = true;
  double volume = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const std::size_t j = (i + 1) % 3, k = (i + 2) % 3;
    volume += r[0][i] * (r[1][j] * r[2][k] - r[1][k] * r[2][j]);
    for (std::size_t l = 0; l < 3; ++l) {
      const double product = r[i][0] * r[l][0] + r[i][1] * r[l][1] + r[i][2] * r[l][2];
      orthogonal = orthogonal && std::abs(product - (i == l ? 1 : 0)) <= 1e-6;
    }
  }
  return orthogonal && volume > 0;
}

}  // namespace detail

/// Half of a rotation in three dimensions: about the same axis by half the angle, which is at most a right angle; twice
/// the result is the argument. Of a half turn, whose axis has two directions, one of the two. Throws InvalidArgument
/// for a matrix that is no rotation to six digits, mirrors among them.
inline SquareMatrix<3> squareroot_rotation(const SquareMatrix<3>& rotation) {
  require(detail::is_rotation(rotation), "squareroot_rotation: the matrix is no rotation");
  detail::Quaternion q = detail::quaternion_of(rotation);
  q.w += 1;  // the direction half way between no rotation and this one
  return detail::matrix_of(q.unit());
}

}  // namespace scn
