// Which vector instructions the kernels of the CPU device use, chosen when the program runs.
#pragma once

#include <string>

#include "scn/core/error.hpp"

namespace scn {

/// Widest first: 512 and 256 bits with fused multiply-add on x86, and 128 bits, which every processor has. `eigen` is
/// the reference path: gather, Eigen's product, scatter. `automatic` is the widest that this processor has.
enum class Instructions { automatic, avx512, avx2, portable, eigen };

namespace cpu {

inline bool has(Instructions set) {
#if defined(__x86_64__)
  if (set == Instructions::avx512) return __builtin_cpu_supports("avx512f");
  if (set == Instructions::avx2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
  return set == Instructions::portable || set == Instructions::eigen;
}

/// What a setting stands for on this processor; throws InvalidArgument for instructions that it does not have.
inline Instructions chosen(Instructions wanted) {
  if (wanted != Instructions::automatic) {
    require(has(wanted), "Cpu: this processor does not have the instructions that were asked for");
    return wanted;
  }
  return has(Instructions::avx512) ? Instructions::avx512
         : has(Instructions::avx2) ? Instructions::avx2
                                   : Instructions::portable;
}

}  // namespace cpu

}  // namespace scn
