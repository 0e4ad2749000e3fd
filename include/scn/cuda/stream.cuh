// A stream of one GPU and the memory pool that goes with it.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "scn/cuda/current.cuh"
#include "scn/cuda/error.cuh"
#include "scn/cuda/frame.cuh"
#include "scn/cuda/status.cuh"

namespace scn::gpu {

/// Work and memory in one order: what a block held is given to the next one without waiting, because both are used on
/// this stream. Memory that came from the system stays in the pool until the last block and the last device are gone.
/// While work is recorded, memory comes from the recording's frame, and nothing may wait.
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
  void give(void* data) noexcept {
    if (frame_ != nullptr)
      late_.push_back(data);  // what is recorded now may still read it when it is done
    else
      cudaFreeAsync(data, stream_);
  }

  /// Waits until all work is done; throws the first error of it, and what kernels reported since the last time.
  void wait(const std::source_location& where = std::source_location::current()) {
    require_not_recording();
    const Current current(ordinal_);
    ++waits_;
    check(cudaStreamSynchronize(stream_), "work on the GPU", where);
    if (status_) status_->get()->report();
  }
  /// Throws InvalidArgument while work is recorded.
  void require_not_recording() const {
    require(frame_ == nullptr, "what waits for the GPU cannot be recorded: give the device Limits");
  }
  /// How often the host has waited so far.
  std::int64_t waits() const { return waits_; }

  /// Where kernels report what the host did not wait for.
  Status* status() {
    if (!status_) status_.emplace();
    return status_->get();
  }

  /// From here on, work is recorded instead of done.
  void begin_recording() {
    require(frame_ == nullptr, "work is being recorded already");
    const Current current(ordinal_);
    auto frame = std::make_shared<Frame>(ordinal_);
    check(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeRelaxed), "cudaStreamBeginCapture");
    frame_ = std::move(frame);
  }
  /// What was recorded (the caller's to destroy; null where that failed), and the memory that it works in.
  std::shared_ptr<Frame> end_recording(cudaGraph_t& graph) noexcept {
    graph = nullptr;
    if (cudaStreamEndCapture(stream_, &graph) != cudaSuccess) cudaGetLastError();
    auto frame = std::exchange(frame_, nullptr);
    for (void* data : std::exchange(late_, {})) give(data);
    return frame;
  }
  /// The memory of what is being recorded; null where nothing is.
  const std::shared_ptr<Frame>& frame() const { return frame_; }

  /// Bytes that the pool holds, in blocks or ready for them.
  std::uint64_t reserved() const { return attribute(cudaMemPoolAttrReservedMemCurrent); }
  /// Bytes in blocks.
  std::uint64_t used() const { return attribute(cudaMemPoolAttrUsedMemCurrent); }
  /// The most bytes that were in blocks at once since the last call of forget_most_used().
  std::uint64_t most_used() const { return attribute(cudaMemPoolAttrUsedMemHigh); }
  void forget_most_used() {
    std::uint64_t zero = 0;
    check(cudaMemPoolSetAttribute(pool_, cudaMemPoolAttrUsedMemHigh, &zero), "cudaMemPoolSetAttribute");
  }

 private:
  std::uint64_t attribute(cudaMemPoolAttr name) const {
    std::uint64_t value = 0;
    check(cudaMemPoolGetAttribute(pool_, name, &value), "cudaMemPoolGetAttribute");
    return value;
  }

  int ordinal_;
  cudaStream_t stream_ = nullptr;
  cudaMemPool_t pool_ = nullptr;
  std::int64_t waits_ = 0;
  std::optional<SharedStatus> status_;
  std::shared_ptr<Frame> frame_;
  std::vector<void*> late_;  // given back while work is recorded
};

/// Owner of one piece of device memory; keeps the stream it came from.
class Block {
 public:
  Block() = default;
  Block(std::shared_ptr<Stream> stream, std::size_t bytes)
      : stream_(std::move(stream)),
        frame_(stream_->frame()),
        data_(frame_ != nullptr ? frame_->take(bytes) : stream_->take(bytes)) {}
  Block(Block&& other) noexcept
      : stream_(std::move(other.stream_)),
        frame_(std::move(other.frame_)),
        data_(std::exchange(other.data_, nullptr)) {}
  Block& operator=(Block&& other) noexcept {
    std::swap(stream_, other.stream_);
    std::swap(frame_, other.frame_);
    std::swap(data_, other.data_);
    return *this;
  }
  ~Block() {
    if (data_ == nullptr) return;
    if (frame_ != nullptr)
      frame_->give(data_);
    else
      stream_->give(data_);
  }

  void* data() const { return data_; }

 private:
  std::shared_ptr<Stream> stream_;
  std::shared_ptr<Frame> frame_;  // null unless it was taken while work was recorded
  void* data_ = nullptr;
};

}  // namespace scn::gpu
