// The input that an output sees through each tap, looked up tap after tap: for every window.
#pragma once

#include <cstddef>
#include <cstdint>

#include "scn/cuda/rules.cuh"
#include "scn/cuda/site_index.cuh"
#include "scn/cuda/window.cuh"

namespace scn::gpu {

/// What is looked for. Very many taps are cut into parts, so that a few tiles of them still fill the GPU: unit u is cut
/// u % cuts of tile u / cuts.
template <int D>
struct Search {
  WindowView<D> window;
  SiteIndexView<D> inputs;
  const Site<D>* sites = nullptr;  ///< of the outputs
  Rows outputs;
  std::int64_t cut_taps = 0, cuts = 0, units = 0;
};

/// The inputs of one output, tap after tap. The block that was found last is kept, because the next tap mostly leads to
/// the same.
template <int D>
class Neighbour {
 public:
  struct Settings {
    constexpr std::int64_t shared_bytes() const { return 0; }
  };

  __device__ Neighbour(const Search<D>& search, const Settings&, std::byte*, std::int64_t tile, std::int64_t tap) {
    const std::int64_t row = tile * tile_rows + threadIdx.x;
    exists_ = row < exact_rows(search.outputs);
    const Site<D> site = exists_ ? load_site(search.sites, row) : Site<D>{};
    at_.sample = site.sample;
#pragma unroll
    for (int axis = 0; axis < D; ++axis) lowest_[axis] = exists_ ? search.window.lowest_input(axis, site.at[axis]) : 0;
    go_to(search.window, tap);
  }

  __device__ void go_to(const WindowView<D>& window, std::int64_t tap) {
    position_ = window.position(tap);
#pragma unroll
    for (int axis = 0; axis < D; ++axis) place(window, axis);
  }

  /// To tap `tap`, the one after the tap before.
  __device__ void advance(const WindowView<D>& window, std::int64_t tap) {
    if (window.positions != nullptr) {
      if (tap < window.taps) go_to(window, tap);
      return;
    }
    bool carry = true;
#pragma unroll
    for (int axis = D - 1; axis >= 0; --axis) {
      if (!carry) continue;
      carry = ++position_[axis] == window.size[axis];
      if (carry) position_[axis] = 0;
      place(window, axis);
    }
  }

  /// The row of the input, or -1.
  __device__ std::int32_t row(const Search<D>& search) {
    if (!exists_ || outside_ != 0) return -1;
    const Site<D> key = ZBlock<D>::of(at_);
    if (!known_ || key != key_) {
      block_ = search.inputs.find_block(key);
      key_ = key;
      known_ = true;
    }
    return block_.row(ZBlock<D>::place(at_.at));
  }

 private:
  __device__ void place(const WindowView<D>& window, int axis) {
    const std::int64_t coordinate = lowest_[axis] + std::int64_t{window.dilation[axis]} * position_[axis];
    at_.at[axis] = static_cast<std::int32_t>(coordinate);
    outside_ = (outside_ & ~(1u << axis)) | (fits_int32(coordinate) ? 0 : 1u << axis);
  }

  bool exists_ = false, known_ = false;
  unsigned outside_ = 0;  // a bit for each axis on which int32 is left
  std::int64_t lowest_[D];
  Point<D> position_;
  Site<D> at_, key_;
  BlockRows block_;
};

}  // namespace scn::gpu
