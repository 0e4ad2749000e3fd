// The cases of dimension 5, in both precisions.
#include "golden_runner/run_case.hpp"

template void golden::run_case<5, double>(golden::Case&);
template void golden::run_case<5, float>(golden::Case&);
