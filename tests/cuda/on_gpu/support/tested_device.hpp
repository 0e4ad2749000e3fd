// The device that the tests of layers run on: a GPU, in double.
#pragma once

#include <vector>

#include "scn/cuda/cuda.cuh"

namespace tested {

using Double = scn::CudaDevice<double>;

/// In the order of their rows.
template <int D, class T>
std::vector<scn::Site<D>> to_host(const scn::Sites<D, scn::CudaDevice<T>>& sites) {
  std::vector<scn::Site<D>> result(static_cast<std::size_t>(sites.count()));
  scn::gpu::check(cudaDeviceSynchronize(), "waiting");  // sites do not tell the device that they were made with
  scn::gpu::check(cudaMemcpy(result.data(), sites.data(), result.size() * sizeof(scn::Site<D>), cudaMemcpyDefault),
                   "copying sites");
  return result;
}

}  // namespace tested
