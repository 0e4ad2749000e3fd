// The maps of all workloads on the processor, compiled once for all benchmarks.
#include "relations.hpp"

template suite::Relation<scn::Cpu> suite::relation(scn::Cpu&, const AnyCloud&, int, int, bool);
