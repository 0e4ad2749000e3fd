// Variables made of numbers of the host, and the numbers of a matrix on the host, as tests compare them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "scn/autograd/variable.hpp"

/// rows x channels row-major numbers as a variable that needs a gradient unless told otherwise.
template <scn::Device Dev>
scn::Variable<Dev> variable_of(Dev& device, std::int64_t rows, std::int64_t channels,
                               const std::vector<double>& numbers, bool needs_gradient = true) {
  return scn::Variable<Dev>(scn::Matrix<Dev>::from_host(device, rows, channels, std::span<const double>(numbers)),
                            needs_gradient);
}

/// Makes the numbers the variable's gradient, whatever it was.
template <scn::Device Dev>
void give_gradient(const scn::Variable<Dev>& variable, const std::vector<double>& numbers) {
  variable.contribute().to = scn::Matrix<Dev>::from_host(variable.device(), variable.rows().bound, variable.channels(),
                                                         std::span<const double>(numbers));
}

/// The numbers of a matrix, row-major.
template <scn::Device Dev, class T>
std::vector<double> numbers_of(const scn::Matrix<Dev, T>& matrix) {
  const std::vector<T> values = matrix.to_host();
  return {values.begin(), values.end()};
}

/// The number of a 1 x 1 variable.
template <scn::Device Dev, class T>
double number_of(const scn::Variable<Dev, T>& variable) {
  return numbers_of(variable.value()).at(0);
}
