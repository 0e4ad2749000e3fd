// A stream of one GPU and the memory pool that goes with it.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "scn/cuda/error.cuh"

namespace scn::cuda {

/// Makes a GPU the current one of this thread, and the former one again in the end.
class Current {
 public:
  explicit Current(int ordinal) {
    check(cudaGetDevice(&former_), "cudaGetDevice");
    if (former_ == ordinal) return;
    check(cudaSetDevice(ordinal), message("GPU ", ordinal));
    changed_ = true;
  }
  Current(const Current&) = delete;
  Current& operator=(const Current&) = delete;
  ~Current() {
    if (changed_) cudaSetDevice(former_);
  }

 private:
  int former_ = 0;
  bool changed_ = false;
};

/// Work and memory in one order: what a block held is given to the next one without waiting, because both are used on
/// this stream. Memory that came from the system stays in the pool until the last block and the last device are gone.
class Stream {
 public:
  explicit Stream(int ordinal) : ordinal_(ordinal) {
    const Current current(ordinal);
    check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreate");
    cudaMemPoolProps properties{};
    properties.allocType = cudaMemAllocationTypePinned;
    properties.location = {cudaMemLocationTypeDevice, ordinal};
    check(cudaMemPoolCreate(&pool_, &properties), "cudaMemPoolCreate");
    std::uint64_t all = ~std::uint64_t{0};
    check(cudaMemPoolSetAttribute(pool_, cudaMemPoolAttrReleaseThreshold, &all), "cudaMemPoolSetAttribute");
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() {
    cudaStreamSynchronize(stream_);
    cudaMemPoolDestroy(pool_);
    cudaStreamDestroy(stream_);
  }

  int ordinal() const { return ordinal_; }
  cudaStream_t handle() const { return stream_; }

  void* take(std::size_t bytes) {
    const Current current(ordinal_);
    void* data = nullptr;
    check(cudaMallocFromPoolAsync(&data, bytes, pool_, stream_), message("asking for ", bytes, " bytes"));
    return data;
  }
  void give(void* data) noexcept { cudaFreeAsync(data, stream_); }

  /// Bytes that the pool holds, in blocks or ready for them.
  std::uint64_t reserved() const { return attribute(cudaMemPoolAttrReservedMemCurrent); }
  /// Bytes in blocks.
  std::uint64_t used() const { return attribute(cudaMemPoolAttrUsedMemCurrent); }

 private:
  std::uint64_t attribute(cudaMemPoolAttr name) const {
    std::uint64_t value = 0;
    check(cudaMemPoolGetAttribute(pool_, name, &value), "cudaMemPoolGetAttribute");
    return value;
  }

  int ordinal_;
  cudaStream_t stream_ = nullptr;
  cudaMemPool_t pool_ = nullptr;
};

/// Owner of one piece of device memory; keeps the stream it came from.
class Block {
 public:
  Block() = default;
  Block(std::shared_ptr<Stream> stream, std::size_t bytes) : stream_(std::move(stream)), data_(stream_->take(bytes)) {}
  Block(Block&& other) noexcept : stream_(std::move(other.stream_)), data_(std::exchange(other.data_, nullptr)) {}
  Block& operator=(Block&& other) noexcept {
    std::swap(stream_, other.stream_);
    std::swap(data_, other.data_);
    return *this;
  }
  ~Block() {
    if (data_ != nullptr) stream_->give(data_);
  }

  void* data() const { return data_; }

 private:
  std::shared_ptr<Stream> stream_;
  void* data_ = nullptr;
};

}  // namespace scn::cuda
