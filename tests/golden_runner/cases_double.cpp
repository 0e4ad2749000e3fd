// The procedures of cases, in all dimensions, in double precision.
#include "golden_runner/run_case.hpp"
#include "scn/cpu/cpu.hpp"

template void golden::run_case<1, scn::CpuDevice<double>>(golden::Case&);
template void golden::run_case<2, scn::CpuDevice<double>>(golden::Case&);
template void golden::run_case<3, scn::CpuDevice<double>>(golden::Case&);
template void golden::run_case<4, scn::CpuDevice<double>>(golden::Case&);
template void golden::run_case<5, scn::CpuDevice<double>>(golden::Case&);
template void golden::run_case<6, scn::CpuDevice<double>>(golden::Case&);
