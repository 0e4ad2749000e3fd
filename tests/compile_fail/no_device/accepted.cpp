// A matrix lives on a device.
#include <scn/scn.hpp>

using Features = scn::Matrix<scn::Cpu, float>;
