// Convolution on the GPU: which kernel computes it, and its gradients.
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "scn/cuda/convolution_kernel.cuh"
#include "scn/cuda/exact_kernel.cuh"
#include "scn/cuda/exact_weight_gradient.cuh"
#include "scn/cuda/weight_gradient_kernel.cuh"

namespace scn {

namespace gpu {

/// Whether the tensor cores take part.
template <class T>
bool uses_tensor_cores(const CudaDevice<T>& device, std::int64_t depth, std::int64_t columns) {
  if (depth == 1 && columns == 1) return false;
  return sizeof(T) == 2 || (std::is_same_v<T, float> && device.precision == Precision::tf32);
}

/// Whether `channels` channels of each group can be read and written 16 bytes at a time.
template <class T>
bool is_aligned(MatrixView<const T> view, std::int64_t channels) {
  return channels % chunk_numbers<T> == 0 && view.pitch % chunk_numbers<T> == 0 &&
         reinterpret_cast<std::uintptr_t>(view.data) % 16 == 0;
}
template <class T>
MatrixView<const T> read_only(MatrixView<T> view) {
  return {view.data, view.rows, view.channels, view.pitch};
}

/// y = the sums' epilogue, by tensor cores, `Columns` channels a block, which holds `Slots` stages of the depth at
/// once.
template <int Columns, int Slots, class T, class A>
void convolve_by_tensor_cores(CudaDevice<T>& device, MatrixView<const T> x, const TapMatrices<A>& w,
                              const RulesView& rules, const Epilogue<A, T>& epilogue, MatrixView<T> y) {
  using Shape = ConvolutionShape<T, Columns, Slots>;
  const std::int64_t chunks = (w.depth + chunk_numbers<T> - 1) / chunk_numbers<T>;
  const std::int64_t stages = (w.taps * chunks + stage_chunks - 1) / stage_chunks;
  const std::int64_t column_blocks = (w.columns + Columns - 1) / Columns, tiles = w.groups * column_blocks;
  require<LimitExceeded>(std::min<std::int64_t>(w.taps, TapTable::taps) * chunks < 1 << 16, "a convolution of ",
                         w.depth, " channels does not fit the lists of its kernel");
  Buffer<T, CudaDevice<T>> packed(device, tiles * stages * Columns * stage_chunks * chunk_numbers<T>);
  parallel_for(device, Rows{tiles * stages * stage_chunks}, Columns,
               PackStages<T, A>{w, packed.data(), Columns, static_cast<int>(column_blocks), static_cast<int>(chunks),
                                static_cast<int>(stages), rules.reversed});
  const bool aligned_residual = epilogue.residual.data == nullptr || is_aligned(epilogue.residual, w.columns);
  const TensorConvolution<T> task{.rules = rules,
                                  .x = x,
                                  .weights = packed.data(),
                                  .epilogue = epilogue,
                                  .y = y,
                                  .taps = static_cast<int>(w.taps),
                                  .groups = static_cast<int>(w.groups),
                                  .depth = static_cast<int>(w.depth),
                                  .columns = static_cast<int>(w.columns),
                                  .column_blocks = static_cast<int>(column_blocks),
                                  .stages = static_cast<int>(stages),
                                  .pitch_bytes = static_cast<int>(x.pitch * std::int64_t{sizeof(T)}),
                                  .aligned_x = is_aligned(x, w.depth),
                                  .aligned_y = is_aligned(read_only(y), w.columns) && aligned_residual,
                                  .chunks = Divider(static_cast<std::uint32_t>(chunks))};
  launch(device,
         {.blocks = blocks_of(rules.tiles * tiles, 1),
          .threads = Shape::threads,
          .shared_bytes = Shape::shared_bytes(task.taps, static_cast<int>(chunks))},
         convolve_tile<T, Columns, Slots>, task);
}

/// The width of a block that leaves the fewest channels idle; wide ones read x less often. Where that gives too few
/// blocks for a GPU, narrower ones.
inline int column_block(std::int64_t columns, std::int64_t tiles) {
  constexpr std::int64_t enough = 200;
  int best = 32;
  const auto blocks = [&](std::int64_t width) { return (columns + width - 1) / width; };
  for (const int width : {64, 96, 128})
    if (blocks(width) * (width + 32) <= blocks(best) * (best + 32) && blocks(width) * tiles >= enough) best = width;
  return best;
}

template <class T, class A>
void convolve_rows(CudaDevice<T>& device, MatrixView<const T> x, const TapMatrices<A>& w, const RulesView& rules,
                   const Epilogue<A, T>& epilogue, MatrixView<T> y) {
  if constexpr (!std::is_same_v<T, double>)
    if (uses_tensor_cores(device, w.depth, w.columns)) {
      constexpr std::int64_t few = 132;
      const std::int64_t tiles = rules.tiles * w.groups;
      const int columns = column_block(w.columns, tiles);
      if (tiles * ((w.columns + 31) / 32) <= few)
        return convolve_by_tensor_cores<32, 6>(device, x, w, rules, epilogue, y);
      if (columns == 32) return convolve_by_tensor_cores<32, 2>(device, x, w, rules, epilogue, y);
      if (columns == 64) return convolve_by_tensor_cores<64, 3>(device, x, w, rules, epilogue, y);
      if (columns == 96) return convolve_by_tensor_cores<96, 3>(device, x, w, rules, epilogue, y);
      return convolve_by_tensor_cores<128, 3>(device, x, w, rules, epilogue, y);
    }
  const bool by_channels = w.depth == 1 && w.columns == 1;
  const std::int64_t column_blocks = blocks_of(by_channels ? w.groups : w.columns, exact_columns);
  const std::int64_t blocks = rules.tiles * column_blocks * (by_channels ? 1 : w.groups);
  launch(device, {.blocks = blocks_of(blocks, 1), .threads = 256},
         by_channels ? convolve_by_channels<T, A> : convolve_exactly<T, A>,
         ExactConvolution<T, A>{rules, x, w, epilogue, y, static_cast<int>(column_blocks)});
}

/// How tiles are cut for a gradient; from shapes alone.
struct GradientCuts {
  std::int64_t span_tiles, spans, span_stripes;

  /// A stripe's sums take memory and time of their own: few stripes, but enough blocks for the GPU. `numbers` are the
  /// sums of a stripe.
  GradientCuts(std::int64_t tiles, std::int64_t blocks_of_stripe, std::int64_t numbers) {
    constexpr std::int64_t blocks = 1000, memory = 10 << 20, cached_tiles = 512;
    const std::int64_t most =
        std::clamp<std::int64_t>(memory / std::max<std::int64_t>(1, numbers), 1, std::max<std::int64_t>(1, tiles));
    const std::int64_t wanted = std::min(most, std::max<std::int64_t>(4, blocks / blocks_of_stripe));
    spans = std::clamp<std::int64_t>((tiles + cached_tiles - 1) / cached_tiles, 1, most);
    span_tiles = std::max<std::int64_t>(1, (tiles + spans - 1) / spans);
    spans = (tiles + span_tiles - 1) / span_tiles;
    // no common factor with the segments that a tile often has, else a stripe would have those of some taps alone
    span_stripes = std::max<std::int64_t>(1, wanted / std::max<std::int64_t>(1, spans));
    while (span_stripes % 2 == 0 || span_stripes % 3 == 0) --span_stripes;
  }
};

/// dw (+)= the sums that `kernel` makes of stripes, each block of it depth x columns of one tap and group.
template <class T, class A>
void add_stripes(CudaDevice<T>& device, void (*kernel)(WeightGradient<T, A>), const dim3& threads,
                 std::int64_t shared_bytes, std::int64_t block_depth, std::int64_t block_columns,
                 WeightGradient<T, A> task, MatrixView<A> dw, Write write) {
  task.depth_blocks = static_cast<int>(blocks_of(task.depth, block_depth));
  task.column_blocks = static_cast<int>(blocks_of(task.columns, block_columns));
  using Task = WeightGradient<T, A>;
  const std::int64_t taps = task.rules.taps, matrix = std::int64_t{task.groups} * task.depth * task.columns;
  const std::int64_t blocks = std::int64_t{task.groups} * task.depth_blocks * task.column_blocks;
  const GradientCuts of_tiles(task.rules.tiles, taps * blocks, taps * matrix);
  task.span_tiles = of_tiles.span_tiles;
  task.span_stripes = static_cast<int>(of_tiles.span_stripes);
  task.stripes = static_cast<int>(of_tiles.spans * of_tiles.span_stripes);
  const std::int64_t parts = task.stripes * (taps - 1 + Task::cuts);
  Buffer<A, CudaDevice<T>> sums(device, parts * matrix);
  task.sums = sums.data();
  launch(device, {.blocks = blocks_of(parts * blocks, 1), .threads = threads, .shared_bytes = shared_bytes}, kernel,
         task);
  const auto middle = static_cast<int>(task.rules.reversed ? taps - 1 - taps / 2 : taps / 2);
  const std::int64_t groups = dw.rows.bound / taps;
  parallel_for(device, dw.rows, dw.channels,
               AddStripes<A>{sums.data(), task.stripes, Task::cuts, middle, groups, groups * (taps - 1), dw, write});
}

template <int Depth, int Columns, int DepthWarps, int ColumnWarps, class T>
void add_stripes_by_tensor_cores(CudaDevice<T>& device, const WeightGradient<T, float>& task, MatrixView<float> dw,
                                 Write write) {
  using Shape = GradientShape<T, Depth, Columns, DepthWarps, ColumnWarps>;
  add_stripes(device, sum_outer_products<T, Depth, Columns, DepthWarps, ColumnWarps>, Shape::threads,
              Shape::shared_bytes, Depth, Columns, task, dw, write);
}

}  // namespace gpu

/// y(out) = sum over (tap, in, out) of x(in) w(tap), and its epilogue. Rows x channels of x and y fit rules and
/// weights.
template <class T>
void convolve(CudaDevice<T>& device, const Matrix<CudaDevice<T>, T>& x, const gpu::Weights<T>& weights,
              const gpu::Rules& rules, const Epilogue<typename CudaDevice<T>::Accumulator, T>& epilogue,
              Matrix<CudaDevice<T>, T>& y) {
  gpu::convolve_rows(device, x.view(), gpu::matrices(weights), rules, epilogue, y.view());
}

/// dx(in) (+)= sum over (tap, in, out) of dy(out) w(tap)^T; `transposed` are the rules of the forward pass, transposed.
template <class T>
void convolve_backward_input(CudaDevice<T>& device, const Matrix<CudaDevice<T>, T>& dy, const gpu::Weights<T>& weights,
                             const gpu::Rules& transposed, Matrix<CudaDevice<T>, T>& dx, Write write) {
  Epilogue<typename CudaDevice<T>::Accumulator, T> epilogue;
  if (write == Write::add) epilogue.residual = gpu::read_only(dx.view());
  gpu::convolve_rows(device, dy.view(), gpu::transposed_matrices(weights), transposed, epilogue, dx.view());
}

/// dw(tap) (+)= sum over (tap, in, out) of x(in)^T dy(out). The tiles are cut into stripes, whose sums are added up in
/// their order. How many there are follows from the shapes alone.
template <class T>
void convolve_backward_weight(CudaDevice<T>& device, const Matrix<CudaDevice<T>, T>& x,
                              const Matrix<CudaDevice<T>, T>& dy, const gpu::Rules& rules, std::int64_t groups,
                              Matrix<CudaDevice<T>, typename CudaDevice<T>::Accumulator>& dw, Write write) {
  using A = typename CudaDevice<T>::Accumulator;
  require(!rules.bounded, "a device with Limits makes no gradients: only it knows how many rows there are");
  gpu::WeightGradient<T, A> task{};
  task.rules = rules;
  task.x = x.view();
  task.dy = dy.view();
  task.groups = static_cast<int>(groups);
  task.depth = static_cast<int>(x.channels() / groups);
  task.columns = static_cast<int>(dy.channels() / groups);
  task.aligned = gpu::is_aligned(task.x, task.depth) && gpu::is_aligned(task.dy, task.columns);
  if (task.depth == 1 && task.columns == 1) {
    task.columns = static_cast<int>(groups);
    task.groups = 1;
    return gpu::add_stripes(device, gpu::sum_products_by_channels<T, A>, 256, 0, 1, 32, task, dw.view(), write);
  }
  if constexpr (!std::is_same_v<T, double>)
    if (gpu::uses_tensor_cores(device, task.depth, task.columns)) {
      if (task.depth <= 16 && task.columns <= 64)
        return gpu::add_stripes_by_tensor_cores<16, 64, 1, 4>(device, task, dw.view(), write);
      if (task.depth <= 32 && task.columns <= 32)
        return gpu::add_stripes_by_tensor_cores<32, 32, 2, 2>(device, task, dw.view(), write);
      if (task.depth <= 64 && task.columns <= 64)
        return gpu::add_stripes_by_tensor_cores<64, 64, 2, 2>(device, task, dw.view(), write);
      return gpu::add_stripes_by_tensor_cores<128, 128, 2, 4>(device, task, dw.view(), write);
    }
  gpu::add_stripes(device, gpu::sum_outer_products_exactly<T, A>, 256, 0, gpu::exact_gradient_side,
                   gpu::exact_gradient_side, task, dw.view(), write);
}

}  // namespace scn
