// The cases of dimension 6, in both precisions.
#include "golden_runner/run_case.hpp"

template void golden::run_case<6, double>(golden::Case&);
template void golden::run_case<6, float>(golden::Case&);
