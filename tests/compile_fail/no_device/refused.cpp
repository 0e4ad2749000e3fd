// A type that no header declared to be a device is none.
// expected: is_device<
#include <scn/scn.hpp>

using Features = scn::Matrix<int, float>;
