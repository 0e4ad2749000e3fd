// The library's answers to described cases: one translation unit holds every dimension of every layer that is asked.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "convolution_case.hpp"
#include "dense_case.hpp"
#include "pool_case.hpp"

namespace properties {

/// What a convolution gave; gradients only where a gradient of the outputs was given.
struct Pass {
  Features y, dx;
  std::vector<double> dweight, dbias;
};

/// The case on CpuDevice<T>, T being float or double; with `dy`, a gradient for each site of y, also backwards.
template <class T>
Pass run(const ConvolutionCase& drawn, const std::optional<Features>& dy = {});

/// The layer of the first case, in float, on the inputs of all of them put one behind the other by append_tensors. `dx`
/// is for the samples of the whole batch.
Pass run_appended(const std::vector<ConvolutionCase>& parts, const std::optional<Features>& dy);

/// "" if the window that the public shapes make (Cross, Ball, a list, a box) is the described one, which has no stride,
/// dilation or padding yet.
std::string window_difference(const Relation& relation);

/// What comes out of every step, each on what the one before gave.
std::vector<Features> run(const PoolCase& drawn);

/// What DenseToSparse makes of it.
Features from_dense(const DenseCase& drawn);

/// What SparseToDense makes of the sites in [0, size) of a batch.
DenseCase to_dense(const Features& x, const Axes& size, std::int64_t batch, std::int64_t channels);

/// "" if the library's outputs of the case prove something: 30 pairs, and 30 % of the numbers are not 0; of a chain of
/// poolings the first step counts.
std::string vacuity(const ConvolutionCase& drawn);
std::string vacuity(const PoolCase& drawn);

}  // namespace properties
