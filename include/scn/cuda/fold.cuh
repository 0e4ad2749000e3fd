// Folds over maps on the GPU: pooling, un-pooling, shape context, interpolation.
#pragma once

#include <algorithm>
#include <cstdint>

#include "scn/cuda/device.cuh"
#include "scn/cuda/rules.cuh"

namespace scn {

namespace cuda {

/// Groups of a tile whose lists are taken apart at a time.
inline constexpr int fold_groups = 32;

/// Where the pairs of each place begin: those of place p are [begin[p], begin[p + 1]) of the group's list.
__device__ inline void find_places(const RulesView& rules, std::int64_t group, std::int32_t* begin) {
  const std::int64_t first = rules.group_first[group], count = rules.group_first[group + 1] - first;
  for (std::int64_t pair = threadIdx.x; pair <= count; pair += blockDim.x) {
    const int before = pair == 0 ? -1 : rules.place[first + pair - 1];
    const int here = pair == count ? static_cast<int>(tile_rows) : rules.place[first + pair];
    for (int place = before + 1; place <= here; ++place) begin[place] = static_cast<std::int32_t>(pair);
  }
}

/// A block folds elements (place, channel) of one tile, a thread one at a time; blockIdx.y shares the tile's elements
/// out. Groups come in the order of their taps, which falls where a map is reversed.
template <class F>
__global__ void __launch_bounds__(256) fold_tiles(F f, RulesView rules, std::int64_t channels) {
  using Value = decltype(f.start(std::int64_t{}, std::int64_t{}));
  __shared__ std::int32_t begin[fold_groups][tile_rows + 1];
  const std::int64_t tile = blockIdx.x, first = rules.tile_first[tile], last = rules.tile_first[tile + 1];
  const std::int64_t own = std::int64_t{blockIdx.y} * blockDim.x, step = std::int64_t{gridDim.y} * blockDim.x;
  for (std::int64_t start = own; start < tile_rows * channels; start += step) {
    const std::int64_t element = start + threadIdx.x, place = element / channels, c = element % channels;
    std::int64_t out = place < tile_rows ? rules.output(tile, place) : -1;
    if (out >= rules.outputs) out = -1;
    Value value{};
    if (out >= 0) value = f.start(out, c);
    for (std::int64_t done = 0; done < last - first; done += fold_groups) {
      const auto group_at = [&](int i) { return rules.reversed ? last - 1 - done - i : first + done + i; };
      const auto groups = static_cast<int>(std::min<std::int64_t>(fold_groups, last - first - done));
      if (start == own || last - first > fold_groups) {  // else the lists are still those of this tile
        __syncthreads();
        for (int i = 0; i < groups; ++i) find_places(rules, group_at(i), begin[i]);
        __syncthreads();
      }
      for (int i = 0; out >= 0 && i < groups; ++i) {
        const std::int64_t group = group_at(i), tap = rules.tap(group);
        const std::int32_t* const in = rules.in + rules.group_first[group];
        for (std::int32_t pair = begin[i][place]; pair < begin[i][place + 1]; ++pair)
          fold_step(f, value, tap, in[pair], out, c);
      }
    }
    if (out >= 0) f.finish(value, out, c);
  }
}

}  // namespace cuda

/// For each output row and channel: value = f.start(out, c); fold_step(f, value, tap, in, out, c) in tap order;
/// f.finish(value, out, c).
template <class T, class F>
void fold(CudaDevice<T>& device, const cuda::Rules& rules, std::int64_t channels, const F& f) {
  constexpr std::int64_t threads = 256, enough_blocks = 2048;
  if (channels == 0) return;
  const std::int64_t most = (cuda::tile_rows * channels + threads - 1) / threads;
  const std::int64_t shares = std::clamp<std::int64_t>(enough_blocks / std::max<std::int64_t>(1, rules.tiles), 1, most);
  cuda::launch(device,
               {.blocks = {static_cast<unsigned>(rules.tiles), static_cast<unsigned>(shares)}, .threads = threads},
               cuda::fold_tiles<F>, f, rules, channels);
}

}  // namespace scn
