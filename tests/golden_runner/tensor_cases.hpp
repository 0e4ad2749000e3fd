// The functions of several tensors.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "golden_runner/feed.hpp"
#include "golden_runner/shared_rows.hpp"
#include "golden_runner/tensor_results.hpp"
#include "scn/layers/append_tensors.hpp"
#include "scn/layers/compare_sparse.hpp"

namespace golden {

/// The tensor of prefix + "coords" and prefix + "features".
template <int D, class Dev>
scn::SparseTensor<D, Dev> named_tensor(Case& stored, Dev& device, const std::string& prefix, std::int64_t samples) {
  const std::vector<Coordinates> rows = stored.coordinates(prefix + "coords", D);
  const std::int64_t channels = stored.shape(prefix + "features").at(1);
  const scn::InputLayer<D, Dev> layer(device, extent_for<D>(stored, "spatial_size", rows), scn::Duplicates::reject);
  const auto features = stored.reals(prefix + "features");
  const auto sites = sites_of<D>(rows);
  auto tensor = layer(std::span<const scn::Site<D>>(sites), features, {.samples = samples, .channels = channels});
  tensor.features = scn::Variable<Dev>(tensor.features.value().copy(), true);
  return tensor;
}

template <int D, class Dev>
void run_append_tensors(Case& stored, Dev& device) {
  scn::Tensors<D, Dev> tensors;
  for (int i = 0; stored.has(scn::message("tensor", i, "_coords")); ++i)
    tensors.push_back(named_tensor<D>(stored, device, scn::message("tensor", i, "_"),
                                      stored.integer(scn::message("tensor", i, "_batch"), 0)));
  compare_tensor(stored, scn::append_tensors<D, Dev>(tensors), device);
  stored.compare_counts({});
}

template <int D, class Dev>
void run_compare_sparse(Case& stored, Dev& device) {
  const auto left = named_tensor<D>(stored, device, "left_", 0), right = named_tensor<D>(stored, device, "right_", 0);
  const auto match = [&](const char* name, const scn::SparseTensor<D, Dev>& tensor) {
    return match_rows(stored, name, stored.coordinates(name, D), coordinates_of(*tensor.sites, device), nullptr);
  };
  const RowMatch of_left = match("left_coords", left), of_right = match("right_coords", right);
  SharedRows shared;
  const auto map = left.rulebook->onto(left.sites, right.sites, scn::Window<D>{});
  for (const scn::Rule& rule : map.rules().pairs())
    shared.insert(
        {of_left.stored[static_cast<std::size_t>(rule.in)], of_right.stored[static_cast<std::size_t>(rule.out)]});
  compare_shared_rows(stored, shared, left.rows().bound, right.rows().bound);

  scn::LayerLog log;
  scn::Tape tape({.training = stored.training()}, &log);
  const auto value = scn::compare_sparse(left, right, &tape);
  stored.compare("out_value", host_values(value), Kind::output);
  stored.compare_counts(log.total().counts);
  tape.backward(value);
  stored.compare("grad_left", of_left.to_file(gradient_of(left.features), left.channels()), Kind::gradient);
  stored.compare("grad_right", of_right.to_file(gradient_of(right.features), right.channels()), Kind::gradient);
}

}  // namespace golden
