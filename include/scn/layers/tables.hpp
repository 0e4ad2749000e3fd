// Branches: several layers on one input, and joining or adding what they give.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "scn/layers/any_layer.hpp"

namespace scn {

/// Gives the result of every branch on the same input, in order. Branches are added as to AnySequential.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class ConcatTable : public LayerList<ConcatTable<D, Dev>, D, Dev> {
 public:
  Tensors<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    Tensors<D, Dev> results;
    for (std::size_t i = 0; i < this->size(); ++i) results.push_back(single(name, this->call(i, {x}, tape)));
    return results;
  }

  /// The first branch's answer, which the others have to share.
  Point<D> input_size(const Point<D>& out) const {
    if (this->size() == 0) return out;
    const Point<D> in = (*this)[0].input_size(out);
    for (const auto& branch : this->layers())
      require(branch.layer.input_size(out) == in, name(), ": the branches need inputs of ", to_string(in), " and ",
              to_string(branch.layer.input_size(out)), " for one output");
    return in;
  }

  static std::string name() { return message("ConcatTable<", D, ">"); }
};

namespace detail {

/// Throws unless there is a tensor, all are on the same sites, and, for a sum of rows, have as many channels; `layer`
/// is a string or a function that gives one.
template <int D, Device Dev>
void require_same_sites(const auto& layer, const Tensors<D, Dev>& tensors, bool same_channels) {
  require(!tensors.empty(), layer, ": there is no tensor to work on");
  for (std::size_t i = 1; i < tensors.size(); ++i) {
    require(tensors[i].sites == tensors[0].sites, layer, ": tensors 0 and ", i, " live on different sites (",
            tensors[0].rows().bound, " and ", tensors[i].rows().bound, " rows)");
    require(!same_channels || tensors[i].channels() == tensors[0].channels() || tensors[i].rows().bound == 0, layer,
            ": tensor ", i, " has ", tensors[i].channels(), " channels, tensor 0 has ", tensors[0].channels());
  }
}

template <int D, Device Dev>
HostVector<Variable<Dev>> features_of(const Tensors<D, Dev>& tensors) {
  HostVector<Variable<Dev>> all(host_allocator<Variable<Dev>>(tensors.front().device()));
  for (const auto& tensor : tensors) all.push_back(tensor.features);
  return all;
}

/// to(row, c + to_offset) (+)= from(row, c + from_offset).
template <class S>
struct CopyChannels {
  MatrixView<const S> from;
  MatrixView<S> to;
  std::int64_t from_offset, to_offset;
  Write write;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    store(to(row, c + to_offset), from(row, c + from_offset), write);
  }
};

}  // namespace detail

/// Puts the channels of several tensors on the same sites side by side, in order.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class JoinTable {
 public:
  SparseTensor<D, Dev> operator()(const Tensors<D, Dev>& tensors, Tape* tape = nullptr) const {
    using Copy = detail::CopyChannels<typename Dev::Scalar>;
    detail::require_same_sites(name, tensors, false);
    std::int64_t channels = 0;
    bool needs_gradient = false;
    for (const auto& tensor : tensors) {
      channels += tensor.channels();
      needs_gradient = needs_gradient || tensor.features.needs_gradient();
    }
    Dev& device = tensors[0].device();
    Matrix<Dev> y(device, tensors[0].rows().bound, channels);
    std::int64_t offset = 0;
    for (const auto& tensor : tensors) {
      parallel_for(device, tensor.rows(), tensor.channels(),
                   Copy{std::as_const(tensor.features.value()).view(), y.view(), 0, offset, Write::assign});
      offset += tensor.channels();
    }
    const bool record = is_recording(tape, needs_gradient);
    Variable<Dev> result(std::move(y), record);
    if (record) {
      tape->record([parts = detail::features_of(tensors), result] {
        if (!result.has_gradient()) return;
        std::int64_t from = 0;
        for (const auto& part : parts) {
          if (part.needs_gradient()) {
            const auto [dx, write] = part.contribute();
            parallel_for(part.device(), part.rows(), part.channels(),
                         Copy{result.gradient().view(), dx.view(), from, 0, write});
          }
          from += part.channels();
        }
      });
    }
    return tensors[0].with(std::move(result));
  }

  static std::string name() { return message("JoinTable<", D, ">"); }
};

/// The sum of several tensors on the same sites with as many channels. Without rows the largest number of channels
/// stays.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class AddTable {
 public:
  SparseTensor<D, Dev> operator()(const Tensors<D, Dev>& tensors, Tape* tape = nullptr) const {
    detail::require_same_sites(name, tensors, true);
    const auto& first = *std::max_element(tensors.begin(), tensors.end(),
                                          [](const auto& a, const auto& b) { return a.channels() < b.channels(); });
    Matrix<Dev> y = first.features.value().copy();
    bool needs_gradient = false;
    for (const auto& tensor : tensors) {
      if (&tensor != &first) Tape::add_to(y, tensor.features.value(), Write::add);
      needs_gradient = needs_gradient || tensor.features.needs_gradient();
    }
    const bool record = is_recording(tape, needs_gradient);
    Variable<Dev> result(std::move(y), record);
    if (record) {
      tape->record([parts = detail::features_of(tensors), result] {
        if (!result.has_gradient()) return;
        for (const auto& part : parts) {
          if (!part.needs_gradient()) continue;
          const auto [dx, write] = part.contribute();
          Tape::add_to(dx, result.gradient(), write);
        }
      });
    }
    return tensors[0].with(std::move(result));
  }

  static std::string name() { return message("AddTable<", D, ">"); }
};

/// JoinTable as a function.
template <int D, Device Dev>
SparseTensor<D, Dev> concatenate_feature_planes(const Tensors<D, Dev>& tensors, Tape* tape = nullptr) {
  return JoinTable<D, Dev>()(tensors, tape);
}

/// AddTable as a function.
template <int D, Device Dev>
SparseTensor<D, Dev> add_feature_planes(const Tensors<D, Dev>& tensors, Tape* tape = nullptr) {
  return AddTable<D, Dev>()(tensors, tape);
}

}  // namespace scn
