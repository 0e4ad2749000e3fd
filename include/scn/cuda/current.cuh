// Which GPU the calls of a thread go to.
#pragma once

#include <cuda_runtime_api.h>

#include "scn/cuda/error.cuh"

namespace scn::gpu {

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

}  // namespace scn::gpu
