// Whose memory a pointer points to: found out before a copy, which CUDA does not define for the wrong kind.
#pragma once

#include <cuda_runtime_api.h>

#include <string>
#include <string_view>

#include "scn/cuda/error.cuh"

namespace scn::gpu {

inline cudaPointerAttributes attributes_of(const void* data) {
  cudaPointerAttributes attributes{};
  check(cudaPointerGetAttributes(&attributes, data), "cudaPointerGetAttributes");
  return attributes;
}

/// "the host" or "GPU 0".
inline std::string owner_of(const cudaPointerAttributes& attributes) {
  return attributes.type == cudaMemoryTypeDevice ? message("GPU ", attributes.device) : "the host";
}

/// Whether the GPU reads this host memory where it lies, so that it has to stay as it is until the copy is made.
inline bool is_pinned(const void* data) { return attributes_of(data).type == cudaMemoryTypeHost; }

/// Throws InvalidArgument unless `data` is memory of this GPU, or managed memory. About 0.2 us.
inline void require_on_gpu(int ordinal, const void* data, std::string_view call) {
  const cudaPointerAttributes attributes = attributes_of(data);
  require(attributes.type == cudaMemoryTypeManaged ||
              (attributes.type == cudaMemoryTypeDevice && attributes.device == ordinal),
          call, ": expected memory of GPU ", ordinal, ", got memory of ", owner_of(attributes));
}

/// Throws InvalidArgument for memory of a GPU.
inline void require_on_host(const void* data, std::string_view call) {
  const cudaPointerAttributes attributes = attributes_of(data);
  require(attributes.type != cudaMemoryTypeDevice, call, ": expected memory of the host, got memory of ",
          owner_of(attributes));
}

}  // namespace scn::gpu
