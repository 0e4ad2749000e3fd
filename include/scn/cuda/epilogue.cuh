// What a kernel does to a sum before it is stored.
#pragma once

#include <cstdint>

#include "scn/core/device.hpp"
#include "scn/core/matrix.hpp"

namespace scn::gpu {

/// The finished value of element (row, c) of a result whose products add up to `sum`.
template <class A, class S>
__device__ A finished(const Epilogue<A, S>& epilogue, std::int64_t row, std::int64_t c, A sum) {
  if (epilogue.shift != nullptr) sum += epilogue.shift[c];
  if (epilogue.residual.data != nullptr) sum += static_cast<A>(epilogue.residual(row, c));
  return sum > A{} ? sum : epilogue.slope * sum;
}

}  // namespace scn::gpu
