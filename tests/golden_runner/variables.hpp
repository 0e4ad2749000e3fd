// Numbers of a case as variables of the library, and back.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "scn/autograd/tape.hpp"

namespace golden {

/// One thread is fastest for small cases, and products are not rounded to the tensor cores' floats.
template <class Dev>
Dev tested_device() {
  Dev device{.seed = 1};
  if constexpr (requires { device.threads; }) device.threads = 1;
  if constexpr (requires { device.precision; }) device.precision = decltype(device.precision)::exact;
  return device;
}

template <class Dev>
scn::Matrix<Dev> matrix_of(Dev& device, const std::vector<double>& values, std::int64_t rows, std::int64_t channels) {
  return scn::Matrix<Dev>::from_host(device, rows, channels, std::span<const double>(values));
}

/// With gradients.
template <class Dev>
scn::Variable<Dev> variable_of(Dev& device, const std::vector<double>& values, std::int64_t rows,
                               std::int64_t channels) {
  return scn::Variable<Dev>(matrix_of(device, values, rows, channels), true);
}

template <class Dev, class T>
std::vector<double> widened(const scn::Matrix<Dev, T>& matrix) {
  const std::vector<T> values = matrix.to_host();
  return {values.begin(), values.end()};
}

template <class Dev, class T>
std::vector<double> host_values(const scn::Variable<Dev, T>& variable) {
  return widened(variable.value());
}

/// Zeros where the pass gave none.
template <class Dev, class T>
std::vector<double> gradient_of(const scn::Variable<Dev, T>& variable) {
  if (variable.has_gradient()) return widened(variable.gradient());
  return std::vector<double>(static_cast<std::size_t>(variable.rows().bound * variable.channels()));
}

/// Starts at y, from the gradient that the case gives it.
template <class Dev>
void backward(scn::Tape& tape, const scn::Variable<Dev>& y, const std::vector<double>& gradient) {
  tape.backward(y, matrix_of(y.device(), gradient, y.rows().bound, y.channels()));
}

}  // namespace golden
