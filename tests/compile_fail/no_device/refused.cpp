// A type that no header declared to be a device is none.
// expected: Device<
#include <scn/scn.hpp>

using Features = scn::Matrix<int, float>;
