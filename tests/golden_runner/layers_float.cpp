// The layers of all dimensions in single precision: one file, because most of what it compiles has no dimension.
#include "golden_runner/layer_makers.hpp"
#include "scn/cpu/cpu.hpp"

namespace golden {

using Dev = scn::CpuDevice<float>;

template Makers<1, Dev> layer_makers();
template Makers<2, Dev> layer_makers();
template Makers<3, Dev> layer_makers();
template Makers<4, Dev> layer_makers();
template Makers<5, Dev> layer_makers();
template Makers<6, Dev> layer_makers();

}  // namespace golden
