// The CUDA device: one stream of one GPU with its memory pool, and a counter-based random generator.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>

#include "scn/core/device.hpp"
#include "scn/core/matrix.hpp"
#include "scn/cuda/error.cuh"
#include "scn/cuda/pointer.cuh"
#include "scn/cuda/stream.cuh"

#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ < 800
#error "scn needs GPUs of compute capability 8.0 or newer: set CMAKE_CUDA_ARCHITECTURES to 80, 90a, ..."
#endif

namespace scn {

namespace gpu {

struct Rules;
template <int D>
class SiteIndex;
template <class T>
struct Weights;

}  // namespace gpu

/// How floats are multiplied in convolutions and products: rounded to 11 bits for the tensor cores, or as they are.
/// Sums are floats in either case; other types of features are not touched by it.
enum class Precision { tf32, exact };

/// `Cuda device{.ordinal = 1, .seed = 1}`. T is float, __half or __nv_bfloat16, the type of features; sums, parameters
/// and their gradients are floats. T = double sums in double, for gradient checks. A device belongs to one thread of
/// the caller at a time and must outlive the tensors and layers that were made with it; a copy shares its stream.
template <class T>
struct CudaDevice {
  using Scalar = T;
  using Accumulator = std::conditional_t<std::is_same_v<T, double>, double, float>;
  using Block = gpu::Block;
  using Rules = gpu::Rules;
  template <int D>
  using SiteIndex = gpu::SiteIndex<D>;
  using Weights = gpu::Weights<T>;

  int ordinal = 0;          ///< which GPU
  std::uint64_t seed = 0;   ///< of initialisation and dropout
  std::uint64_t draws = 0;  ///< requests for random numbers so far; store and restore it to resume a run
  Precision precision = Precision::tf32;
  bool synchronous = false;           ///< wait after every kernel, so that an error names the one that caused it
  std::optional<Limits> limits = {};  ///< with them, building sites and maps never waits: see Limits
  std::shared_ptr<gpu::Stream> queue = std::make_shared<gpu::Stream>(ordinal);

  std::uint64_t next_draw() { return draws++; }
  /// Rows lie without gaps: those of 8 channels, or of a multiple, begin at multiples of 16 bytes.
  static std::int64_t pitch(std::int64_t channels) { return channels; }
  /// All work of the device goes through this stream, and never through the default one.
  cudaStream_t stream() const { return queue->handle(); }
};

static_assert(conforms<CudaDevice<float>> && conforms<CudaDevice<double>>);
static_assert(conforms<CudaDevice<__half>> && conforms<CudaDevice<__nv_bfloat16>>);

template <class T>
gpu::Block allocate(CudaDevice<T>& device, std::int64_t bytes) {
  return bytes == 0 ? gpu::Block() : gpu::Block(device.queue, static_cast<std::size_t>(bytes));
}

namespace gpu {

template <class T>
void copy(CudaDevice<T>& device, void* to, const void* from, std::int64_t bytes, cudaMemcpyKind kind) {
  if (bytes == 0) return;
  const bool up = kind == cudaMemcpyHostToDevice, down = kind == cudaMemcpyDeviceToHost;
  const std::string_view call = up ? "upload" : down ? "download" : "copy_memory";
  down ? require_on_host(to, call) : require_on_gpu(device.ordinal, to, call);
  up ? require_on_host(from, call) : require_on_gpu(device.ordinal, from, call);
  const Current current(device.ordinal);
  check(cudaMemcpyAsync(to, from, static_cast<std::size_t>(bytes), kind, device.stream()), "copying memory");
}

}  // namespace gpu

/// Waits until the GPU has done all work of this device; throws the first error of that work, and what was found wrong
/// in work that did not wait because of Limits.
template <class T>
void synchronize(CudaDevice<T>& device) {
  device.queue->wait();
}

template <class T>
void copy_memory(CudaDevice<T>& device, void* to, const void* from, std::int64_t bytes) {
  gpu::copy(device, to, from, bytes, cudaMemcpyDeviceToDevice);
}

/// `from` may change as soon as this returns; waits only if it is pinned. Recorded work uploads what is there now.
template <class T>
void upload(CudaDevice<T>& device, void* to, const void* from, std::int64_t bytes) {
  if (const auto& frame = device.queue->frame(); frame != nullptr && bytes > 0)
    return gpu::copy(device, to, frame->keep(from, static_cast<std::size_t>(bytes)), bytes, cudaMemcpyHostToDevice);
  gpu::copy(device, to, from, bytes, cudaMemcpyHostToDevice);
  if (bytes > 0 && gpu::is_pinned(from)) synchronize(device);
}

template <class T>
void download(CudaDevice<T>& device, void* to, const void* from, std::int64_t bytes) {
  device.queue->require_not_recording();
  gpu::copy(device, to, from, bytes, cudaMemcpyDeviceToHost);
  synchronize(device);
}

template <class T>
void fill_zero(CudaDevice<T>& device, void* to, std::int64_t bytes) {
  if (bytes == 0) return;
  gpu::require_on_gpu(device.ordinal, to, "fill_zero");
  const gpu::Current current(device.ordinal);
  gpu::check(cudaMemsetAsync(to, 0, static_cast<std::size_t>(bytes), device.stream()), "filling memory");
}

namespace gpu {

/// The shape of a launch. `where` becomes the place of the call that writes the shape down.
struct Grid {
  dim3 blocks;
  dim3 threads;
  std::int64_t shared_bytes = 0;  ///< dynamic shared memory of a block
  std::source_location where = std::source_location::current();
};

/// Starts a kernel on the device's stream; none where there are no blocks. More than 48 KiB of shared memory are asked
/// for on the way.
template <class T, class... Parameters, class... Arguments>
void launch(CudaDevice<T>& device, const Grid& grid, void (*kernel)(Parameters...), Arguments&&... arguments) {
  if (std::uint64_t{grid.blocks.x} * grid.blocks.y * grid.blocks.z == 0) return;
  const Current current(device.ordinal);
  const auto shared_bytes = static_cast<std::size_t>(grid.shared_bytes);
  if (shared_bytes > 48 * 1024)
    check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shared_bytes)),
          "asking for shared memory", grid.where);
  kernel<<<grid.blocks, grid.threads, shared_bytes, device.stream()>>>(std::forward<Arguments>(arguments)...);
  check(cudaGetLastError(), "starting a kernel", grid.where);
  if (device.synchronous) check(cudaStreamSynchronize(device.stream()), "running a kernel", grid.where);
}

/// Blocks of `size` that hold `count`.
inline unsigned blocks_of(std::int64_t count, std::int64_t size) {
  return static_cast<unsigned>((count + size - 1) / size);
}

/// Throws InvalidArgument unless the matrices were made by this device or a copy of it: others are on another stream,
/// which nothing orders, or on another GPU.
template <class T, class... S>
void require_own(const CudaDevice<T>& device, std::string_view call, const Matrix<CudaDevice<T>, S>&... matrices) {
  const auto require_one = [&](const auto& matrix) {
    if (matrix.view().data == nullptr) return;
    require(matrix.device().queue == device.queue, call, ": a matrix belongs to another device, on GPU ",
            matrix.device().ordinal, "; expected the one on GPU ", device.ordinal, " that was given");
  };
  (require_one(matrices), ...);
}

/// The exact number of rows, inside a kernel.
__device__ inline std::int64_t exact_rows(Rows rows) { return rows.exact == nullptr ? rows.bound : *rows.exact; }

}  // namespace gpu

}  // namespace scn
