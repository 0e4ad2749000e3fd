// Folds over maps on the GPU: pooling, un-pooling, shape context, interpolation.
#pragma once

#include <algorithm>
#include <cstdint>

#include "scn/cuda/device.cuh"
#include "scn/cuda/rules.cuh"

namespace scn {

namespace gpu {

/// Some segments of a tile, in shared memory.
struct FoldedSegments {
  static constexpr int most = 8;

  std::uint32_t present[most][tile_rows];
  std::int32_t before[most][tile_rows];  ///< pairs of the segment before those of a place

  /// By all threads of a block, at least 128 of them; waits before and after.
  __device__ void load(const RulesView& rules, std::int64_t first, int count) {
    const int thread = static_cast<int>(threadIdx.x), lane = thread % 32;
    __syncthreads();
    for (int i = thread; i < count * int{tile_rows}; i += static_cast<int>(blockDim.x))
      present[0][i] = rules.present[first * tile_rows + i];
    __syncthreads();
    for (int segment = thread / 32; segment < count; segment += static_cast<int>(blockDim.x) / 32) {
      constexpr int of_lane = static_cast<int>(tile_rows) / 32;
      int own = 0;
      for (int j = 0; j < of_lane; ++j) own += __popc(present[segment][lane * of_lane + j]);
      int sum = own;
      for (int step = 1; step < 32; step *= 2) {
        const int lower = __shfl_up_sync(~0u, sum, step);
        if (lane >= step) sum += lower;
      }
      sum -= own;
      for (int j = 0; j < of_lane; ++j) {
        before[segment][lane * of_lane + j] = sum;
        sum += __popc(present[segment][lane * of_lane + j]);
      }
    }
    __syncthreads();
  }
};

/// A block folds elements (place, channel) of one tile, a thread one at a time; blockIdx.y shares the tile's elements
/// out. Taps come in their order, which falls in the lists where a map is reversed; inputs of one tap in that of their
/// rows, so that rounds of the same taps, of which only ways back have any, are gone through tap by tap.
template <class F>
__global__ void __launch_bounds__(256) fold_tiles(F f, RulesView rules, std::int64_t channels) {
  using Value = decltype(f.start(std::int64_t{}, std::int64_t{}));
  __shared__ FoldedSegments loaded;
  const std::int64_t tile = blockIdx.x, begin = rules.first_segment(tile), end = rules.first_segment(tile + 1);
  const std::int64_t own = std::int64_t{blockIdx.y} * blockDim.x, step = std::int64_t{gridDim.y} * blockDim.x;
  std::int64_t first_loaded = -1;
  for (std::int64_t start = own; start < tile_rows * channels; start += step) {
    const std::int64_t element = start + threadIdx.x, place = element / channels, c = element % channels;
    std::int64_t out = place < tile_rows ? rules.output(tile, place) : -1;
    if (out >= rules.outputs) out = -1;
    Value value{};
    if (out >= 0) value = f.start(out, c);
    for (std::int64_t done = 0, rounds = 0; done < end - begin; done += rounds) {
      const std::int64_t at = rules.reversed ? end - 1 - done : begin + done;
      const std::int64_t first_tap = rules.first_tap(at);
      const auto same_taps = [&](std::int64_t segment) {
        return segment >= begin && segment < end && rules.first_tap(segment) == first_tap;
      };
      for (rounds = 1; same_taps(rules.reversed ? at - rounds : at + rounds);) ++rounds;
      const std::int64_t first = rules.reversed ? at - rounds + 1 : at;
      // all taps at once, or one after the other where not all rounds can be loaded
      for (int pass = 0; pass < (rounds <= FoldedSegments::most ? 1 : int{segment_taps}); ++pass)
        for (std::int64_t round = 0; round < rounds; round += FoldedSegments::most) {
          const auto count = static_cast<int>(std::min<std::int64_t>(FoldedSegments::most, rounds - round));
          if (first_loaded != first + round) loaded.load(rules, first + round, count);
          first_loaded = first + round;
          if (out < 0) continue;
          std::uint32_t left = 0;
          for (int i = 0; i < count; ++i) left |= loaded.present[i][place];
          if (rounds > FoldedSegments::most) left &= 1u << (rules.reversed ? int{segment_taps} - 1 - pass : pass);
          while (left != 0) {
            const int bit = rules.reversed ? 31 - __clz(static_cast<int>(left)) : __ffs(static_cast<int>(left)) - 1;
            left &= ~(1u << bit);
            const std::int64_t tap = rules.tap(first_tap + bit);
            for (int i = 0; i < count; ++i)
              if (const std::uint32_t present = loaded.present[i][place]; (present >> bit & 1) != 0)
                fold_step(f, value, tap,
                          rules.in[rules.segment_pair[first + round + i] + loaded.before[i][place] +
                                   __popc(present & ((1u << bit) - 1))],
                          out, c);
          }
        }
    }
    if (out >= 0) f.finish(value, out, c);
  }
}

}  // namespace gpu

/// For each output row and channel: value = f.start(out, c); fold_step(f, value, tap, in, out, c) in tap order;
/// f.finish(value, out, c).
template <class T, class F>
void fold(CudaDevice<T>& device, const gpu::Rules& rules, std::int64_t channels, const F& f) {
  constexpr std::int64_t threads = 256, enough_blocks = 2048;
  if (channels == 0) return;
  const std::int64_t most = (gpu::tile_rows * channels + threads - 1) / threads;
  const std::int64_t shares = std::clamp<std::int64_t>(enough_blocks / std::max<std::int64_t>(1, rules.tiles), 1, most);
  gpu::launch(device,
              {.blocks = {static_cast<unsigned>(rules.tiles), static_cast<unsigned>(shares)}, .threads = threads},
              gpu::fold_tiles<F>, f, rules, channels);
}

}  // namespace scn
