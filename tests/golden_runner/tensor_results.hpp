// A sparse tensor against the sites and rows that a case expects.
#pragma once

#include <string>

#include "golden_runner/sites.hpp"
#include "golden_runner/variables.hpp"
#include "scn/tensor/sparse_tensor.hpp"

namespace golden {

/// Compares out_coords, out_features, and where the case has them the extent and the number of samples.
template <int D, class Dev>
RowMatch compare_tensor(Case& stored, const scn::SparseTensor<D, Dev>& y, Dev& device) {
  const RowMatch match =
      match_rows(stored, "out_coords", stored.coordinates("out_coords", D), coordinates_of(*y.sites, device), nullptr);
  stored.compare("out_features", match.to_file(host_values(y.features), y.channels()), Kind::output);
  for (const char* name : {"out_spatial_size", "spatial_size"})
    if (stored.has(name) && y.extent()) {
      stored.compare_integers(name, numbers_of(*y.extent()));
      break;
    }
  if (const auto samples = stored.integer("batch_size", -1); samples >= 0)
    stored.check(y.samples() == samples, scn::message("batch_size: expected ", samples, ", got ", y.samples()));
  return match;
}

/// From grad_out, whose rows are those of out_coords, to grad_in, whose rows are those of `source`.
template <int D, class Dev>
void compare_input_gradient(Case& stored, scn::Tape& tape, const scn::SparseTensor<D, Dev>& y, const RowMatch& match,
                            const scn::Variable<Dev>& source) {
  if (!stored.has("grad_out")) return;
  backward(tape, y.features, match.from_file(stored.reals("grad_out"), y.channels()));
  if (stored.has("grad_in")) stored.compare("grad_in", gradient_of(source), Kind::gradient);
}

}  // namespace golden
