// Sorting and running sums on the GPU, by CUB: the only file that names it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cub/device/device_radix_sort.cuh>
#include <cub/device/device_scan.cuh>

#include "scn/cuda/device.cuh"

namespace scn::gpu {

/// Runs `call(temporary, bytes)`, which first tells how many temporary bytes it needs.
template <class T, class Call>
void with_temporary(CudaDevice<T>& device, const Call& call) {
  const Current current(device.ordinal);
  std::size_t bytes = 0;
  check(call(nullptr, bytes), "asking for temporary memory");
  const Block temporary = allocate(device, static_cast<std::int64_t>(bytes));
  check(call(temporary.data(), bytes), "sorting or adding up");
  if (device.synchronous) synchronize(device);
}

/// Sorts by bits [begin, end) of the keys, equal ones in the order they came in. Both buffers are used; returns the one
/// that holds the result.
template <class T>
const std::uint64_t* sort_keys(CudaDevice<T>& device, std::uint64_t* keys, std::uint64_t* other, std::int64_t count,
                               int begin, int end) {
  cub::DoubleBuffer<std::uint64_t> buffers(keys, other);
  with_temporary(device, [&](void* temporary, std::size_t& bytes) {
    return cub::DeviceRadixSort::SortKeys(temporary, bytes, buffers, count, begin, end, device.stream());
  });
  return buffers.Current();
}

/// Sorts values by the lowest `bits` bits of their keys, equal ones in the order they came in.
template <class T>
void sort_pairs(CudaDevice<T>& device, const std::uint64_t* keys, std::uint64_t* sorted_keys,
                const std::int32_t* values, std::int32_t* sorted_values, std::int64_t count, int bits) {
  with_temporary(device, [&](void* temporary, std::size_t& bytes) {
    return cub::DeviceRadixSort::SortPairs(temporary, bytes, keys, sorted_keys, values, sorted_values, count, 0, bits,
                                           device.stream());
  });
}

/// to[i] = from[0] + ... + from[i]; they may be the same memory.
template <class T, class Number>
void running_sum(CudaDevice<T>& device, const Number* from, Number* to, std::int64_t count) {
  with_temporary(device, [&](void* temporary, std::size_t& bytes) {
    return cub::DeviceScan::InclusiveSum(temporary, bytes, from, to, count, device.stream());
  });
}

}  // namespace scn::gpu
