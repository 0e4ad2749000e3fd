// A matrix can be moved.
#include <scn/scn.hpp>
#include <utility>

scn::Matrix<scn::Cpu> moved(scn::Matrix<scn::Cpu>& x) { return std::move(x); }
