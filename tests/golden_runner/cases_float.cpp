// The procedures of cases, in all dimensions, in single precision.
#include "golden_runner/run_case.hpp"
#include "scn/cpu/cpu.hpp"

template void golden::run_case<1, scn::CpuDevice<float>>(golden::Case&);
template void golden::run_case<2, scn::CpuDevice<float>>(golden::Case&);
template void golden::run_case<3, scn::CpuDevice<float>>(golden::Case&);
template void golden::run_case<4, scn::CpuDevice<float>>(golden::Case&);
template void golden::run_case<5, scn::CpuDevice<float>>(golden::Case&);
template void golden::run_case<6, scn::CpuDevice<float>>(golden::Case&);
