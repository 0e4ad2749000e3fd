// What kernels found wrong while the host did not wait: kept until somebody does.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "scn/cuda/error.cuh"

namespace scn::gpu {

enum class Fault : std::int32_t { none, sites, code_bits, point, duplicates };

/// The first fault since the last report, in memory of the host that kernels write to.
struct Status {
  volatile Fault fault = Fault::none;
  volatile std::int64_t place = 0, got = 0, allowed = 0;

  /// By one thread of one kernel at a time.
  __device__ void set(Fault what, std::int64_t where, std::int64_t number, std::int64_t limit) {
    if (fault != Fault::none) return;
    place = where;
    got = number;
    allowed = limit;
    fault = what;
  }

  /// Throws what was found, and forgets it.
  void report() {
    const Fault found = fault;
    fault = Fault::none;
    switch (found) {
      case Fault::none:
        return;
      case Fault::sites:
        throw LimitExceeded(message("level ", place, " has ", got, " sites, and its limit is ", allowed,
                                    ": whatever followed from them is cut off there"));
      case Fault::code_bits:
        throw LimitExceeded(message("the coordinates of level ", place, " vary in ", got, " bits, of which ", allowed,
                                    " can be sorted without waiting: whatever followed from them is wrong"));
      case Fault::point:
        throw InvalidArgument(message("point ", got, " lies outside the extent, or its sample outside [0, ", allowed,
                                      "): whatever followed from it is wrong"));
      case Fault::duplicates:
        throw InvalidArgument(
            message(got, " of ", allowed, " points are at one site with another, and duplicates are rejected"));
    }
  }
};

/// A Status that kernels see where the host does.
class SharedStatus {
 public:
  SharedStatus() {
    void* memory = nullptr;
    check(cudaHostAlloc(&memory, sizeof(Status), cudaHostAllocPortable | cudaHostAllocMapped), "cudaHostAlloc");
    status_ = new (memory) Status;
  }
  SharedStatus(const SharedStatus&) = delete;
  SharedStatus& operator=(const SharedStatus&) = delete;
  ~SharedStatus() { cudaFreeHost(status_); }

  Status* get() const { return status_; }

 private:
  Status* status_ = nullptr;
};

}  // namespace scn::gpu
