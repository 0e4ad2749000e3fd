// The cases of dimension 3, in both precisions.
#include "golden_runner/run_case.hpp"

template void golden::run_case<3, double>(golden::Case&);
template void golden::run_case<3, float>(golden::Case&);
