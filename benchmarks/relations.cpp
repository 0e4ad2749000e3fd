// The maps of all workloads on the measured device, compiled once for all benchmarks.
#include "relations.hpp"

template suite::Relation<suite::Device> suite::relation(suite::Device&, const AnyCloud&, int, int, bool);
