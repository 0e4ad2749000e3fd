// The procedures of cases, in all dimensions, in single precision.
#include "golden_runner/run_case.hpp"

template void golden::run_case<1, float>(golden::Case&);
template void golden::run_case<2, float>(golden::Case&);
template void golden::run_case<3, float>(golden::Case&);
template void golden::run_case<4, float>(golden::Case&);
template void golden::run_case<5, float>(golden::Case&);
template void golden::run_case<6, float>(golden::Case&);
