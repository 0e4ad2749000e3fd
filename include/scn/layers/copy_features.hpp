// Features copied from one tensor over those of another, where both have a site.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "scn/layers/on_sites.hpp"

namespace scn {

namespace detail {

/// y(out) = from(in) where the map has a pair, to(out) elsewhere.
template <class S>
struct CopyOver {
  MatrixView<const S> from, to;
  MatrixView<S> y;
  constexpr S start(std::int64_t out, std::int64_t c) const { return to(out, c); }
  constexpr void step(S& value, std::int64_t, std::int64_t in, std::int64_t c) const { value = from(in, c); }
  constexpr void finish(S value, std::int64_t out, std::int64_t c) const { y(out, c) = value; }
};

/// The gradient of `to`: that of y where nothing was copied over it, 0 elsewhere.
template <class S>
struct CopyOverBackward {
  MatrixView<const S> dy;
  MatrixView<S> dto;
  Write write;
  constexpr S start(std::int64_t out, std::int64_t c) const { return dy(out, c); }
  constexpr void step(S& value, std::int64_t, std::int64_t, std::int64_t) const { value = S{}; }
  constexpr void finish(S value, std::int64_t out, std::int64_t c) const { store(dto(out, c), value, write); }
};

}  // namespace detail

/// `to`, with the features of `from` at the sites that both have and its own elsewhere; neither argument changes. The
/// gradient of a row goes to the tensor that it came from. The tensors may come from different inputs, of any extents.
/// O(sites of `to`), and one look-up for each at the first call. What SparseConvNet's CopyFeaturesHelper does in place.
template <int D, Device Dev>
SparseTensor<D, Dev> copy_features(const SparseTensor<D, Dev>& from, const SparseTensor<D, Dev>& to,
                                   Tape* tape = nullptr) {
  using S = typename Dev::Scalar;
  const std::string name = message("copy_features<", D, ">");
  detail::require_distinct(name, from);
  require(from.channels() == to.channels() || from.rows().bound == 0 || to.rows().bound == 0, name, ": ",
          from.channels(), " channels cannot be copied over ", to.channels());
  Dev& device = to.device();
  const auto map = to.rulebook->onto(from.sites, to.sites, Window<D>{});
  Matrix<Dev> y(device, to.rows().bound, to.channels());
  fold(device, map.rules(), y.channels(),
       detail::CopyOver<S>{std::as_const(from.features.value()).view(), std::as_const(to.features.value()).view(),
                           y.view()});
  const bool record = is_recording(tape, from.features.needs_gradient() || to.features.needs_gradient());
  Variable<Dev> result(std::move(y), record);
  if (record)
    tape->record([source = from.features, target = to.features, map, result] {
      if (!result.has_gradient()) return;
      const auto dy = result.gradient().view();
      if (source.needs_gradient()) {
        const auto [dx, write] = source.contribute();
        fold(source.device(), map.transposed(), source.channels(),
             detail::PoolSumBackward<S, typename Dev::Accumulator>{dy, dx.view(), 0, 1, nullptr, write});
      }
      if (target.needs_gradient()) {
        const auto [dx, write] = target.contribute();
        fold(target.device(), map.rules(), target.channels(), detail::CopyOverBackward<S>{dy, dx.view(), write});
      }
    });
  return {std::move(result), to.sites, to.rulebook};
}

}  // namespace scn
