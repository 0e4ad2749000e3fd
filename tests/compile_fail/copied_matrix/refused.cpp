// A matrix owns its memory: it is copied by copy() alone.
// expected: deleted
#include <scn/scn.hpp>

scn::Matrix<scn::Cpu> copied(scn::Matrix<scn::Cpu>& x) { return x; }
