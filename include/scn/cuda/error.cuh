// What the CUDA runtime complains about, as an exception that names the place.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <source_location>
#include <string>
#include <string_view>

#include "scn/core/error.hpp"

namespace scn {

/// A call of CUDA failed: what() says which, why, and where in the library.
class CudaError : public Error {
 public:
  CudaError(const std::string& text, cudaError_t code, const std::source_location& where)
      : Error(message(text, " (", where.file_name(), ":", where.line(), ")")), code_(code), where_(where) {}

  cudaError_t code() const { return code_; }
  const char* file() const { return where_.file_name(); }
  std::int64_t line() const { return where_.line(); }

 private:
  cudaError_t code_;
  std::source_location where_;
};

/// The device has no room for what was asked for. Everything that existed before is as it was.
class OutOfDeviceMemory : public CudaError {
 public:
  using CudaError::CudaError;
};

namespace gpu {

/// Whether every later call of the process will fail with the same error.
constexpr bool is_sticky(cudaError_t code) {
  switch (code) {
    case cudaErrorIllegalAddress:
    case cudaErrorMisalignedAddress:
    case cudaErrorInvalidAddressSpace:
    case cudaErrorIllegalInstruction:
    case cudaErrorInvalidPc:
    case cudaErrorHardwareStackError:
    case cudaErrorLaunchFailure:
    case cudaErrorLaunchTimeout:
    case cudaErrorAssert:
    case cudaErrorECCUncorrectable:
      return true;
    default:
      return false;
  }
}

/// Throws unless a call of the runtime went well; an error that is not sticky leaves nothing behind.
inline void check(cudaError_t code, std::string_view what,
                  const std::source_location& where = std::source_location::current()) {
  if (code == cudaSuccess) return;
  cudaGetLastError();
  std::string text = message(what, ": ", cudaGetErrorString(code));
  if (is_sticky(code)) text += "; no GPU can be used any more by this process";
  if (code == cudaErrorMemoryAllocation) throw OutOfDeviceMemory(text, code, where);
  throw CudaError(text, code, where);
}

}  // namespace gpu

}  // namespace scn
