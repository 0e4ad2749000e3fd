// Memory of work that is recorded now and done later, again and again: it stays where it is.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstring>
#include <map>
#include <unordered_map>
#include <vector>

#include "scn/cuda/current.cuh"
#include "scn/cuda/error.cuh"

namespace scn::gpu {

/// Pieces are handed out and taken back in the order of the recorded work, so that one serves several times in a pass.
/// All are freed with the frame: when nobody holds the recording or a block of it any more.
class Frame {
 public:
  explicit Frame(int ordinal) : ordinal_(ordinal) {}
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;
  ~Frame() {
    const Current current(ordinal_);
    for (const auto& [data, bytes] : sizes_) cudaFree(data);
    for (void* data : host_) cudaFreeHost(data);
  }

  /// The smallest free piece that is large enough and not far too large, else a new one.
  void* take(std::size_t bytes) {
    bytes = (bytes + 511) / 512 * 512;
    if (const auto piece = free_.lower_bound(bytes); piece != free_.end() && piece->first <= 2 * bytes) {
      void* const data = piece->second;
      free_.erase(piece);
      return data;
    }
    const Current current(ordinal_);
    void* data = nullptr;
    check(cudaMalloc(&data, bytes), message("asking for ", bytes, " bytes"));
    sizes_.emplace(data, bytes);
    bytes_ += bytes;
    return data;
  }
  void give(void* data) { free_.emplace(sizes_.at(data), data); }

  /// A copy of host memory for uploads, which are made later.
  const void* keep(const void* from, std::size_t bytes) {
    void* data = nullptr;
    check(cudaMallocHost(&data, bytes), message("asking for ", bytes, " bytes of the host"));
    host_.push_back(data);
    std::memcpy(data, from, bytes);
    return data;
  }

  /// Device memory of all pieces.
  std::size_t bytes() const { return bytes_; }

 private:
  int ordinal_;
  std::size_t bytes_ = 0;
  std::multimap<std::size_t, void*> free_;
  std::unordered_map<void*, std::size_t> sizes_;
  std::vector<void*> host_;
};

}  // namespace scn::gpu
