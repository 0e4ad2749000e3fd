// A whole pass recorded once as a CUDA graph, and done again and again without the host.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <memory>
#include <utility>

#include "scn/cuda/device.cuh"

namespace scn {

/// What capture() recorded: the work, the memory that it uses, and its result, which lies where it lay, so that each
/// replay overwrites it. What the pass read has to stay as well: its network, and the buffers of its input. Move-only.
template <class Result>
class CapturedPass {
 public:
  CapturedPass(std::shared_ptr<gpu::Stream> queue, std::shared_ptr<gpu::Frame> frame, Result result,
               const cudaGraph_t& graph)
      : queue_(std::move(queue)), frame_(std::move(frame)), result_(std::move(result)) {
    const gpu::Current current(queue_->ordinal());
    gpu::check(cudaGraphInstantiate(&work_, graph, 0), "cudaGraphInstantiate");
  }
  CapturedPass(CapturedPass&& other) noexcept
      : queue_(std::move(other.queue_)),
        frame_(std::move(other.frame_)),
        result_(std::move(other.result_)),
        work_(std::exchange(other.work_, nullptr)) {}
  CapturedPass& operator=(CapturedPass&&) = delete;
  ~CapturedPass() {
    if (work_ != nullptr) cudaGraphExecDestroy(work_);
  }

  /// Does the work with what the input's buffers hold by then, in order with all other work of the device. Does not
  /// wait; what was wrong with the input is told by the next call that does.
  void replay() {
    const gpu::Current current(queue_->ordinal());
    gpu::check(cudaGraphLaunch(work_, queue_->handle()), "cudaGraphLaunch");
  }

  const Result& result() const { return result_; }
  /// Device memory of everything between input and result, and of the result.
  std::size_t bytes() const { return frame_->bytes(); }

 private:
  std::shared_ptr<gpu::Stream> queue_;
  std::shared_ptr<gpu::Frame> frame_;
  Result result_;
  cudaGraphExec_t work_ = nullptr;
};

/// Calls `pass()` twice: once as usual, so that nothing is done for the first time, then to record it. What it returns
/// is the result, which holds nothing before the first replay. Throws InvalidArgument if the pass waits for the device,
/// which it does when it builds sites or maps on a device without Limits, or moves results to the host.
template <class T, class Pass>
auto capture(CudaDevice<T>& device, const Pass& pass) {
  require(!device.synchronous, "capture: a synchronous device waits after every kernel, which cannot be recorded");
  pass();
  synchronize(device);
  device.queue->begin_recording();
  using Result = decltype(pass());
  std::shared_ptr<gpu::Frame> frame;
  cudaGraph_t graph = nullptr;
  const auto end = [&] {
    frame = device.queue->end_recording(graph);
    return std::unique_ptr<CUgraph_st, decltype(&cudaGraphDestroy)>(graph, cudaGraphDestroy);
  };
  try {
    Result result = pass();
    const auto owner = end();
    gpu::check(graph == nullptr ? cudaErrorStreamCaptureInvalidated : cudaSuccess, "recording work of the GPU");
    return CapturedPass<Result>(device.queue, std::move(frame), std::move(result), graph);
  } catch (...) {
    if (device.queue->frame() != nullptr) end();
    throw;
  }
}

}  // namespace scn
