// The procedures of cases, in all dimensions, in double precision.
#include "golden_runner/run_case.hpp"

template void golden::run_case<1, double>(golden::Case&);
template void golden::run_case<2, double>(golden::Case&);
template void golden::run_case<3, double>(golden::Case&);
template void golden::run_case<4, double>(golden::Case&);
template void golden::run_case<5, double>(golden::Case&);
template void golden::run_case<6, double>(golden::Case&);
