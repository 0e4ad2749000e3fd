// A section of a network that is computed again in the backward pass instead of being kept.
#pragma once

#include <algorithm>
#include <utility>

#include "scn/layers/any_layer.hpp"

namespace scn {

/// AnySequential that a training pass keeps no more of than its input: backward computes the section again, with the
/// same random draws and without moving running statistics a second time. Values and gradients are those of
/// AnySequential bit for bit; costs a second forward pass. A section may lead to other sites; backward throws
/// InvalidArgument if it ends on other sites than in the first pass. Without a recording tape the layers are just
/// called. Chen, Xu, Zhang and Guestrin, "Training deep nets with sublinear memory cost", 2016.
template <int D, Device Dev = Cpu>
class CheckpointedSequential : public LayersInOrder<CheckpointedSequential<D, Dev>, D, Dev> {
 public:
  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    if (!is_recording(tape, x.features.needs_gradient() || trains())) return this->call_all(x, tape);
    Tape first = tape->section();
    SparseTensor<D, Dev> y = this->call_all(x, &first);
    if (y.features.same(x.features)) return y;
    y.features.set_needs_gradient(true);
    const Pass again{.training = tape->pass().training, .update_statistics = false};
    tape->record([section = *this, x, y, second = Tape(again, first.draws())]() mutable {
      if (y.features.has_gradient()) section.backward(x, y, second);
    });
    return y;
  }
  static std::string name() { return message("CheckpointedSequential<", D, ">"); }

 private:
  bool trains() const {
    const Parameters<Dev> all = this->parameters();
    return std::any_of(all.begin(), all.end(), [](const auto& one) { return one.variable.needs_gradient(); });
  }

  void backward(const SparseTensor<D, Dev>& x, const SparseTensor<D, Dev>& y, Tape& tape) const {
    const SparseTensor<D, Dev> again = this->call_all(x, &tape);
    require(same_sites(again, y), name(), ": the section ended on ", y.rows().bound, " sites, and on ",
            again.rows().bound, " others when it was computed again");
    tape.backward(again.features, y.features.gradient());
  }

  /// The same object, or, where a layer makes its sites anew in each pass, the same list; that waits for the device.
  static bool same_sites(const SparseTensor<D, Dev>& a, const SparseTensor<D, Dev>& b) {
    return a.sites == b.sites ||
           (a.rows().bound == b.rows().bound && a.sites->to_host(a.device()) == b.sites->to_host(b.device()));
  }
};

}  // namespace scn
