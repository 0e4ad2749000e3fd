// The layers of all dimensions on the GPU, in double.
#include "golden_runner/layer_makers.hpp"
#include "scn/cuda/cuda.cuh"

namespace golden {

using Dev = scn::CudaDevice<double>;

template Makers<1, Dev> layer_makers();
template Makers<2, Dev> layer_makers();
template Makers<3, Dev> layer_makers();
template Makers<4, Dev> layer_makers();
template Makers<5, Dev> layer_makers();
template Makers<6, Dev> layer_makers();

}  // namespace golden
