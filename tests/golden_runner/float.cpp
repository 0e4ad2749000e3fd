// The cases of all dimensions in single precision: one file, because most of what it compiles has no dimension.
#include "golden_runner/run_case.hpp"

template void golden::run_case<1, float>(golden::Case&);
template void golden::run_case<2, float>(golden::Case&);
template void golden::run_case<3, float>(golden::Case&);
template void golden::run_case<4, float>(golden::Case&);
template void golden::run_case<5, float>(golden::Case&);
template void golden::run_case<6, float>(golden::Case&);
