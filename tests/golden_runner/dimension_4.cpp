// The cases of dimension 4, in both precisions.
#include "golden_runner/run_case.hpp"

template void golden::run_case<4, double>(golden::Case&);
template void golden::run_case<4, float>(golden::Case&);
