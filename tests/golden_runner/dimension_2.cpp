// The cases of dimension 2, in both precisions.
#include "golden_runner/run_case.hpp"

template void golden::run_case<2, double>(golden::Case&);
template void golden::run_case<2, float>(golden::Case&);
