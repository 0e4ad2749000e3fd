// The procedures of stored cases on the GPU, in all dimensions, in float.
#include "golden_runner/run_case.hpp"
#include "scn/cuda/cuda.cuh"

template void golden::run_case<1, scn::CudaDevice<float>>(golden::Case&);
template void golden::run_case<2, scn::CudaDevice<float>>(golden::Case&);
template void golden::run_case<3, scn::CudaDevice<float>>(golden::Case&);
template void golden::run_case<4, scn::CudaDevice<float>>(golden::Case&);
template void golden::run_case<5, scn::CudaDevice<float>>(golden::Case&);
template void golden::run_case<6, scn::CudaDevice<float>>(golden::Case&);
