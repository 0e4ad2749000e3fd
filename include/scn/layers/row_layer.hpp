// Base of layers that work on rows alone: written once on variables, callable with sparse tensors of any dimension.
#pragma once

#include "scn/autograd/tape.hpp"
#include "scn/tensor/sparse_tensor.hpp"

namespace scn {

/// Derived has `Variable<Dev> operator()(const Variable<Dev>&, Tape*) const` and says `using
/// RowLayer<...>::operator()`.
template <class Derived>
class RowLayer {
 public:
  /// The same layer on the rows of a sparse tensor; sites stay.
  template <int D, Device Dev>
  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    return x.with(static_cast<const Derived&>(*this)(x.features, tape));
  }
};

/// Throws unless x has `expected` channels, in the name of `layer`, a string or a function that gives one; a matrix
/// without rows fits any number.
template <class Name, Device Dev, class T>
void require_channels(const Name& layer, const Variable<Dev, T>& x, std::int64_t expected) {
  require(x.channels() == expected || x.rows().bound == 0, layer, ": input has ", x.channels(), " channels, expected ",
          expected);
}

}  // namespace scn
