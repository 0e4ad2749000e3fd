// Sums over rows on the GPU, in a tree that depends on the number of rows of a segment alone.
#pragma once

#include <cstdint>

#include "scn/cuda/parallel.cuh"

namespace scn {

namespace gpu {

/// Rows that one block adds up, and the numbers of rows that are left after each pass: those of a segment become one
/// for each chunk of them.
inline constexpr std::int64_t reduction_chunk = 512;

/// Where the rows of a segment lie after some passes.
struct SegmentRows {
  Rows rows;
  Segments segments;

  struct Range {
    std::int64_t begin, end;
    __device__ std::int64_t chunks() const { return (end - begin + reduction_chunk - 1) / reduction_chunk; }
  };

  /// Segment s begins at its former begin / chunk + s, which leaves room for every started chunk before it.
  __device__ Range range(int passes, std::int64_t segment) const {
    Range result{0, 0};
    if (segments.offsets == nullptr)
      result.end = exact_rows(rows);
    else
      result = {segments.offsets[segment], segments.offsets[segment + 1]};
    for (; passes > 0; --passes) {
      const std::int64_t chunks = result.chunks();
      result.begin = result.begin / reduction_chunk + segment;
      result.end = result.begin + chunks;
    }
    return result;
  }

  /// The segment whose rows after `passes` passes row `row` lies among, or behind.
  __device__ std::int64_t segment_of(int passes, std::int64_t row) const {
    std::int64_t low = 0, high = segments.count;
    while (high - low > 1) {
      const std::int64_t middle = (low + high) / 2;
      (range(passes, middle).begin <= row ? low : high) = middle;
    }
    return low;
  }
};

/// to(0 or more, c) = the sum of f over some rows: every threadIdx.y adds up each blockDim.y-th of them in their order,
/// then a tree. `row` of the result is the block; in the last pass a block has a whole segment.
template <class F, class A>
__global__ void sum_rows(F f, SegmentRows all, int passes, bool last, std::int64_t channels, MatrixView<A> to) {
  __shared__ A sums[256];
  SegmentRows::Range range{};
  if (last) {
    range = all.range(passes, blockIdx.x);
  } else {
    const std::int64_t segment = all.segment_of(passes + 1, blockIdx.x);
    const std::int64_t chunk = blockIdx.x - all.range(passes + 1, segment).begin;
    range = all.range(passes, segment);
    if (chunk >= range.chunks()) return;
    range.begin += chunk * reduction_chunk;
    range.end = std::min(range.end, range.begin + reduction_chunk);
  }
  const std::int64_t c = std::int64_t{blockIdx.y} * blockDim.x + threadIdx.x;
  A sum{};
  if (c < channels) {
#pragma unroll 4
    for (std::int64_t row = range.begin + threadIdx.y; row < range.end; row += blockDim.y) sum += f(row, c);
  }
  A* const mine = sums + threadIdx.y * blockDim.x + threadIdx.x;
  *mine = sum;
  for (unsigned step = blockDim.y / 2; step > 0; step /= 2) {
    __syncthreads();
    if (threadIdx.y < step) *mine += mine[step * blockDim.x];
  }
  if (threadIdx.y == 0 && c < channels) to(blockIdx.x, c) = *mine;
}

/// What the next pass adds up.
template <class A>
struct PartialSum {
  MatrixView<const A> partial;
  constexpr A operator()(std::int64_t row, std::int64_t c) const { return partial(row, c); }
};

/// One pass over `rows` rows of all segments, and those after it.
template <class T, class F>
void reduce_from(CudaDevice<T>& device, const SegmentRows& all, int passes, std::int64_t rows, std::int64_t longest,
                 const F& f, Matrix<CudaDevice<T>, typename CudaDevice<T>::Accumulator>& out) {
  using A = typename CudaDevice<T>::Accumulator;
  const std::int64_t channels = out.channels();
  const dim3 threads = block_shape(channels, 32);
  const auto sum = [&](std::int64_t blocks, bool last, const MatrixView<A>& to) {
    launch(device, {.blocks = {static_cast<unsigned>(blocks), blocks_of(channels, threads.x)}, .threads = threads},
           sum_rows<F, A>, f, all, passes, last, channels, to);
  };
  if (longest <= reduction_chunk) return sum(all.segments.count, true, out.view());
  const std::int64_t left = rows / reduction_chunk + all.segments.count;
  Matrix<CudaDevice<T>, A> partial(device, left, channels);
  sum(left, false, partial.view());
  reduce_from(device, all, passes + 1, left, (longest + reduction_chunk - 1) / reduction_chunk,
              PartialSum<A>{std::as_const(partial).view()}, out);
}

}  // namespace gpu

/// out(s, c) = sum of f(row, c) over the rows of segment s: chunks of 512 rows, then chunks of 512 sums, until one is
/// left.
template <class T, class F>
void reduce(CudaDevice<T>& device, Rows rows, [[maybe_unused]] std::int64_t channels, Segments segments, const F& f,
            Matrix<CudaDevice<T>, typename CudaDevice<T>::Accumulator>& out) {
  gpu::reduce_from(device, {rows, segments}, 0, rows.bound, rows.bound, f, out);
}

}  // namespace scn
