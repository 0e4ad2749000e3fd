// Rectified linear units: ReLU and LeakyReLU.
#pragma once

#include <string>

#include "scn/core/select.hpp"
#include "scn/layers/activation.hpp"

namespace scn {

/// y = x where x > 0, leakiness * x elsewhere.
struct LeakyRectifier {
  double leakiness = 0;

  template <class T>
  constexpr T operator()(T x) const {
    return select(x > T{}, x, static_cast<T>(leakiness) * x);
  }
  template <class T>
  constexpr T slope(T x, T) const {
    return select(x > T{}, T{1}, static_cast<T>(leakiness));
  }
};

/// y = max(x, 0); NaN stays.
struct Rectifier {
  template <class T>
  constexpr T operator()(T x) const {
    return x <= T{} ? T{} : x;
  }
  template <class T>
  constexpr T slope(T x, T) const {
    return select(x > T{}, T{1}, T{});
  }
};

class ReLU : public Activation<Rectifier> {
 public:
  static std::string name() { return "ReLU"; }
};

/// The default leakiness is the reference's, 1 / 3.
class LeakyReLU : public Activation<LeakyRectifier> {
 public:
  explicit LeakyReLU(double leakiness = 1.0 / 3.0) : Activation<LeakyRectifier>(LeakyRectifier{leakiness}) {}

  static std::string name() { return "LeakyReLU"; }
};

}  // namespace scn
