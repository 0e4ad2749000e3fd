// The device that the tests of layers run on: the CPU. tests/cuda has a header of this name for the GPU, which comes
// before it where those tests are compiled by nvcc.
#pragma once

#include <vector>

#include "scn/cpu/cpu.hpp"

namespace tested {

using Double = scn::CpuDevice<double>;

/// In the order of their rows.
template <int D, class T>
std::vector<scn::Site<D>> to_host(const scn::Sites<D, scn::CpuDevice<T>>& sites) {
  return {sites.data(), sites.data() + sites.count()};
}

}  // namespace tested
