// A branch and its shortcut, added up in the pass of the branch's last convolution.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "scn/layers/folded_convolution.hpp"

namespace scn {

/// y = last(branch(x)) + shortcut(x), rectified as the last convolution is: what a ConcatTable of two branches and an
/// AddTable compute, without a pass of its own for the sum. An empty shortcut is x itself. Has no gradient.
template <int D, Device Dev = Cpu>
class FoldedSum {
 public:
  using DeviceType = Dev;

  /// `last_name` is what the parameters of `last` are called.
  FoldedSum(AnySequential<D, Dev> branch, FoldedConvolution<D, Dev> last, std::string last_name,
            AnySequential<D, Dev> shortcut)
      : branch_(std::move(branch)),
        last_(std::move(last)),
        last_name_(std::move(last_name)),
        shortcut_(std::move(shortcut)) {}

  static std::string name() { return message("FoldedSum<", D, ">"); }

  Dev& device() const { return last_.device(); }
  bool is_linear() const { return last_.is_linear(); }
  /// This sum and then a rectifier, which is a map without scale.
  FoldedSum followed_by(const ChannelMap& rectifier) const {
    require(rectifier.scale.empty(), name(), ": a norm of a sum cannot be folded into one of its terms");
    FoldedSum result = *this;
    result.last_ = last_.followed_by(rectifier);
    return result;
  }

  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    const SparseTensor<D, Dev> residual = shortcut_(x, tape), before = branch_(x, tape);
    return last_(before, residual, tape);
  }

  Point<D> input_size(const Point<D>& out) const { return branch_.input_size(last_.input_size(out)); }

  void parameters(const std::string& prefix, std::vector<Parameter<Dev>>& into) const {
    shortcut_.parameters(prefix, into);
    branch_.parameters(prefix, into);
    last_.parameters(prefix + last_name_ + ".", into);
  }

 private:
  AnySequential<D, Dev> branch_;
  FoldedConvolution<D, Dev> last_;
  std::string last_name_;
  AnySequential<D, Dev> shortcut_;
};

}  // namespace scn
