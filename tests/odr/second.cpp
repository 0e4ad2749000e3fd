// The other of two translation units that include everything.
#include "probe.hpp"

namespace odr {

Probe second_probe() { return make_probe(); }

}  // namespace odr
