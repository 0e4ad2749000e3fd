// The sets of instructions that tests run the CPU's kernels with.
#pragma once

#include <map>
#include <string>

#include "scn/cpu/instructions.hpp"

/// Every set that this processor has, by name; the narrower ones are so tested on a wide processor too.
inline std::map<std::string, scn::Instructions> instruction_sets() {
  using scn::Instructions;
  std::map<std::string, Instructions> sets{{"portable", Instructions::portable}, {"eigen", Instructions::eigen}};
  if (scn::cpu::has(Instructions::avx2)) sets["avx2"] = Instructions::avx2;
  if (scn::cpu::has(Instructions::avx512)) sets["avx512"] = Instructions::avx512;
  if (scn::cpu::has(Instructions::avx512_bf16)) sets["avx512_bf16"] = Instructions::avx512_bf16;
  return sets;
}
