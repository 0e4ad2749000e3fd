// What two translation units report about the library so that it can be compared.
#pragma once

#include <cstddef>
#include <string>

#include "scn/io/io.hpp"
#include "scn/scn.hpp"

namespace odr {

/// Addresses and sizes that the one-definition rule makes the same everywhere.
struct Probe {
  std::string (*message)(const int&);
  std::size_t tensor, tape;
  bool operator==(const Probe&) const = default;
};

Probe first_probe();
Probe second_probe();

inline Probe make_probe() { return {&scn::message<int>, sizeof(scn::SparseTensor<3>), sizeof(scn::Tape)}; }

}  // namespace odr
