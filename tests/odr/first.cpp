// One of two translation units that include everything: a definition that is not inline breaks their link.
#include "probe.hpp"

namespace odr {

Probe first_probe() { return make_probe(); }

}  // namespace odr
