// Rows x channels products on the GPU: linear layers over rows. Sums have one order whatever the number of rows.
#pragma once

#include <cstdint>

#include "scn/cuda/epilogue.cuh"
#include "scn/cuda/parallel.cuh"

namespace scn {

namespace gpu {

/// One factor of a product: element (i, k) of those that are multiplied and added up over k.
template <class S>
struct Factor {
  const S* data;
  std::int64_t stride, depth_stride;
};

/// Stores a row of a product as its epilogue says.
template <class A, class S>
struct StoreFinished {
  Epilogue<A, S> epilogue;
  MatrixView<S> y;
  __device__ void operator()(std::int64_t, std::int64_t row, std::int64_t c, A sum) const {
    y(row, c) = static_cast<S>(finished(epilogue, row, c, sum));
  }
};

template <class A, class S>
struct StoreGradient {
  MatrixView<S> dx;
  Write write;
  __device__ void operator()(std::int64_t, std::int64_t row, std::int64_t c, A sum) const {
    const A before = write == Write::add ? static_cast<A>(dx(row, c)) : A{};
    dx(row, c) = static_cast<S>(before + sum);
  }
};

/// Chunk after chunk, each rows x columns.
template <class A>
struct StoreChunk {
  A* sums;
  std::int64_t rows, columns;
  __device__ void operator()(std::int64_t chunk, std::int64_t row, std::int64_t c, A sum) const {
    sums[(chunk * rows + row) * columns + c] = sum;
  }
};

inline constexpr int product_tile = 64, product_depth = 16;

/// Copies a tile of a factor to shared memory, zeros where it ends; neighbouring threads read neighbouring numbers.
template <class A, class S>
__device__ void load_factor(const Factor<S>& from, std::int64_t first, std::int64_t count, std::int64_t depth,
                            std::int64_t depth_end, A (*to)[product_tile + 4]) {
  for (int i = static_cast<int>(threadIdx.x); i < product_tile * product_depth; i += static_cast<int>(blockDim.x)) {
    const bool along_depth = from.depth_stride == 1;
    const int at = along_depth ? i / product_depth : i % product_tile;
    const int k = along_depth ? i % product_depth : i / product_tile;
    const bool inside = first + at < count && depth + k < depth_end;
    to[k][at] = inside ? static_cast<A>(from.data[(first + at) * from.stride + (depth + k) * from.depth_stride]) : A{};
  }
}

/// finish(chunk, i, j, sum over the k of a chunk of left(i, k) right(j, k), in their order): 64 x 64 sums a block, 4 x
/// 4 a thread. Chunks are blockIdx.z; of `rows` and `depth`, one may be exact on the device alone.
template <class A, class L, class R, class Finish>
__global__ void __launch_bounds__(256) multiply_tiles(Factor<L> left, Factor<R> right, Rows rows, std::int64_t columns,
                                                      Rows depth, std::int64_t chunk, Finish finish) {
  __shared__ A a[product_depth][product_tile + 4], b[product_depth][product_tile + 4];
  const std::int64_t row_count = exact_rows(rows), row = std::int64_t{blockIdx.x} * product_tile;
  const std::int64_t column = std::int64_t{blockIdx.y} * product_tile, begin = blockIdx.z * chunk;
  const std::int64_t end = std::min(begin + chunk, exact_rows(depth));
  if (row >= row_count) return;
  const int x = static_cast<int>(threadIdx.x) % 16, y = static_cast<int>(threadIdx.x) / 16;
  A sum[4][4] = {};
  for (std::int64_t k = begin; k < end; k += product_depth) {
    load_factor(left, row, row_count, k, end, a);
    load_factor(right, column, columns, k, end, b);
    __syncthreads();
#pragma unroll
    for (int step = 0; step < product_depth; ++step)
#pragma unroll
      for (int i = 0; i < 4; ++i)
#pragma unroll
        for (int j = 0; j < 4; ++j) sum[i][j] += a[step][4 * y + i] * b[step][x + 16 * j];
    __syncthreads();
  }
#pragma unroll
  for (int i = 0; i < 4; ++i)
#pragma unroll
    for (int j = 0; j < 4; ++j)
      if (row + 4 * y + i < row_count && column + x + 16 * j < columns)
        finish(blockIdx.z, row + 4 * y + i, column + x + 16 * j, sum[i][j]);
}

template <class A, class T, class L, class R, class Finish>
void multiply_factors(CudaDevice<T>& device, const Factor<L>& left, const Factor<R>& right, Rows rows,
                      std::int64_t columns, Rows depth, std::int64_t chunk, const Finish& finish) {
  const dim3 blocks(blocks_of(rows.bound, product_tile), blocks_of(columns, product_tile),
                    std::max(1u, blocks_of(depth.bound, chunk)));
  launch(device, {.blocks = blocks, .threads = 256}, multiply_tiles<A, L, R, Finish>, left, right, rows, columns, depth,
         chunk, finish);
}

/// dw (+)= the chunks' sums in their order.
template <class A>
struct AddChunks {
  const A* sums;
  std::int64_t chunks;
  MatrixView<A> dw;
  Write write;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    A sum = write == Write::add ? dw(row, c) : A{};
    for (std::int64_t chunk = 0; chunk < chunks; ++chunk) sum += sums[(chunk * dw.rows.bound + row) * dw.channels + c];
    dw(row, c) = sum;
  }
};

}  // namespace gpu

/// y = x w and its epilogue; w is in x out.
template <class T>
void multiply(CudaDevice<T>& device, const Matrix<CudaDevice<T>, T>& x,
              const Matrix<CudaDevice<T>, typename CudaDevice<T>::Accumulator>& w,
              const Epilogue<typename CudaDevice<T>::Accumulator, T>& epilogue, Matrix<CudaDevice<T>, T>& y) {
  using A = typename CudaDevice<T>::Accumulator;
  gpu::require_own(device, "multiply", x, w, y);
  gpu::multiply_factors<A>(device, gpu::Factor<T>{x.view().data, x.view().pitch, 1},
                           gpu::Factor<A>{w.view().data, 1, w.view().pitch}, x.rows(), y.channels(), Rows{x.channels()},
                           x.channels(), gpu::StoreFinished<A, T>{epilogue, y.view()});
}

/// dx (+)= dy w^T.
template <class T>
void multiply_backward_input(CudaDevice<T>& device, const Matrix<CudaDevice<T>, T>& dy,
                             const Matrix<CudaDevice<T>, typename CudaDevice<T>::Accumulator>& w,
                             Matrix<CudaDevice<T>, T>& dx, Write write) {
  using A = typename CudaDevice<T>::Accumulator;
  gpu::require_own(device, "multiply_backward_input", dy, w, dx);
  gpu::multiply_factors<A>(device, gpu::Factor<T>{dy.view().data, dy.view().pitch, 1},
                           gpu::Factor<A>{w.view().data, w.view().pitch, 1}, dy.rows(), dx.channels(),
                           Rows{dy.channels()}, dy.channels(), gpu::StoreGradient<A, T>{dx.view(), write});
}

/// dw (+)= x^T dy: chunks of 2,048 rows, added up in their order.
template <class T>
void multiply_backward_weight(CudaDevice<T>& device, const Matrix<CudaDevice<T>, T>& x,
                              const Matrix<CudaDevice<T>, T>& dy,
                              Matrix<CudaDevice<T>, typename CudaDevice<T>::Accumulator>& dw, Write write) {
  using A = typename CudaDevice<T>::Accumulator;
  gpu::require_own(device, "multiply_backward_weight", x, dy, dw);
  constexpr std::int64_t chunk = 2048;
  const std::int64_t chunks = (x.rows().bound + chunk - 1) / chunk;
  Buffer<A, CudaDevice<T>> sums(device, chunks * x.channels() * dy.channels());
  if (chunks > 0)
    gpu::multiply_factors<A>(device, gpu::Factor<T>{x.view().data, 1, x.view().pitch},
                             gpu::Factor<T>{dy.view().data, 1, dy.view().pitch}, Rows{x.channels()}, dy.channels(),
                             x.rows(), chunk, gpu::StoreChunk<A>{sums.data(), x.channels(), dy.channels()});
  parallel_for(device, dw.rows(), dw.channels(), gpu::AddChunks<A>{sums.data(), chunks, dw.view(), write});
}

}  // namespace scn
