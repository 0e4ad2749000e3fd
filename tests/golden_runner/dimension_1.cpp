// The cases of dimension 1, in both precisions.
#include "golden_runner/run_case.hpp"

template void golden::run_case<1, double>(golden::Case&);
template void golden::run_case<1, float>(golden::Case&);
