// The device contract: what every device supplies to the layers, on one page.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <vector>

#include "scn/core/error.hpp"
#include "scn/fwd.hpp"

namespace scn {

/// How many rows a matrix, a set of sites or a map has. Memory and launches use `bound`, known on the host; kernels
/// read `exact` on the device where it is not null, and mean nothing by rows beyond it. On the processor it is null but
/// for the points of a PointBuffer.
struct Rows {
  std::int64_t bound = 0;
  const std::int64_t* exact = nullptr;
};

/// How many sites each level may have, promised by the caller: the input's level first, then those that are one step
/// coarser, two, and so on. A device that has them never waits to learn how many there are; more than these are cut off
/// and reported by the next call that waits.
struct Limits {
  std::vector<std::int64_t> sites;

  /// The bound of a level that has at most `possible` sites whatever is promised.
  std::int64_t bound(std::int64_t level, std::int64_t possible) const {
    const bool promised = level >= 0 && level < std::ssize(sites);
    return promised ? std::min(sites[static_cast<std::size_t>(level)], possible) : possible;
  }
};

/// Whether a primitive overwrites its result or adds to it.
enum class Write { assign, add };

/// Row ranges of a reduction: range s is [offsets[s], offsets[s + 1]), `offsets` on the device; null means one range
/// that holds every row.
struct Segments {
  std::int64_t count = 1;
  const std::int64_t* offsets = nullptr;
};

template <class T>
struct MatrixView;  // core/matrix.hpp

/// What a convolution or a product does to a row of sums before it is stored: z = sum + shift + residual, then z where
/// z > 0 and slope * z elsewhere. Every field is optional; rows that no pair reaches are treated like the others.
template <class Accumulator, class Scalar = Accumulator>
struct Epilogue {
  const Accumulator* shift = nullptr;      ///< one number per output channel (a bias)
  MatrixView<const Scalar> residual = {};  ///< rows x channels of the result, where its `data` is not null
  Accumulator slope = 1;                   ///< of what is negative: 1 leaves it, 0 is ReLU
};

/// The names a device type has to have. Besides them these free functions, found by argument-dependent lookup, each
/// with the device first (x, y, w: Matrix; r: Dev::Rules):
///
///     allocate(dev, bytes) -> Dev::Block              memory from the device's pool, given back by its destructor
///     copy_memory(dev, to, from, bytes)               between buffers of one device
///     fill_zero(dev, to, bytes)
///     upload(dev, to, from, bytes), download(...)     host to device and back; download waits
///     synchronize(dev)                                waits
///     parallel_for(dev, rows, f)                      f(i), any order
///     parallel_for(dev, rows, channels, f)            f(row, channel), any order
///     reduce(dev, rows, channels, segments, f, out)   out(s, c) = sum of f(row, c) over segment s, in a fixed tree
///     multiply(dev, x, w, epilogue, y)                y = x w
///     multiply_backward_input(dev, dy, w, dx, write)  dx = dy w^T
///     multiply_backward_weight(dev, x, dy, dw, write) dw = x^T dy
///     prepare(dev, parameter, taps, groups, in, out)  the device's form of a convolution's weights
///     convolve(dev, x, weights, r, epilogue, y)       y(out) = sum over (tap, in, out) of x(in) w(tap)
///     convolve_backward_input(dev, dy, weights, r transposed, dx, write)
///     convolve_backward_weight(dev, x, dy, r, groups, dw, write)
///     fold(dev, r, channels, f)                       f.start(out, c), f.step(value, tap, in, c) or
///                                                     f.step(value, tap, in, out, c) in tap order,
///                                                     f.finish(value, out, c)
///     transpose(dev, r) -> Dev::Rules                 the same pairs, the roles of input and output swapped
///     make_sites<D>(dev, points, extent, samples, duplicates)
///     make_sites<D>(dev, points, rows, ...)           of the first points, as many as `rows` says
///     make_rules<D>(dev, in, out, window)
///     reach<D>(dev, in, window, extent)               the outputs that at least one input leads to
///     expand<D>(dev, out, window, extent)             the inputs that at least one output sees
///     select<D>(dev, sites, keep)                     the sites whose byte in `keep` is not 0
template <class Dev>
concept conforms = requires(Dev& device) {
  typename Dev::Scalar;       // what features are stored in
  typename Dev::Accumulator;  // what sums, parameters, their gradients and statistics are held in
  typename Dev::Block;        // owner of one piece of device memory
  typename Dev::Rules;        // a map between two row sets; size() tells its pairs, and may wait the first time
  typename Dev::Weights;      // a convolution's weights as the kernels want them
  { device.seed } -> std::convertible_to<std::uint64_t>;
  { device.next_draw() } -> std::same_as<std::uint64_t>;
  { Dev::pitch(std::int64_t{}) } -> std::same_as<std::int64_t>;  // elements from one row to the next
};

/// One step of a fold, whether or not its functor asks for the output.
template <class F, class Value>
constexpr void fold_step(const F& f, Value& value, std::int64_t tap, std::int64_t in, std::int64_t out,
                         std::int64_t channel) {
  if constexpr (requires { f.step(value, tap, in, out, channel); })
    f.step(value, tap, in, out, channel);
  else
    f.step(value, tap, in, channel);
}

/// Bytes of `count` elements, or LimitExceeded when they cannot be addressed.
inline std::int64_t checked_bytes(std::int64_t rows, std::int64_t columns, std::int64_t element) {
  std::int64_t elements = 0, bytes = 0;
  require<LimitExceeded>(rows >= 0 && columns >= 0 && !__builtin_mul_overflow(rows, columns, &elements) &&
                             !__builtin_mul_overflow(elements, element, &bytes),
                         "a matrix of ", rows, " x ", columns, " elements of ", element, " bytes cannot be addressed");
  return bytes;
}

}  // namespace scn
