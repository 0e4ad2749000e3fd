// Submanifold convolution over the nearest neighbours in the permutohedral lattice.
#pragma once

#include <string>

#include "scn/geometry/permutohedral.hpp"
#include "scn/layers/windowed_kernel.hpp"

namespace scn {

/// SubmanifoldConvolution with the D^2 + D + 1 taps of permutohedral_offsets(), in that order: 13 instead of 27 in
/// three dimensions, all at distance 1 of the site. Coordinates of sites are those of the lattice, see
/// permutohedral_basis(). Weights are drawn from N(0, 2 groups / (in taps)); the reference leaves out the groups, and
/// in two dimensions it puts the first weight at the centre, where another one is already, instead of at (0, -1).
/// Adams, Baek and Davis, "Fast high-dimensional filtering using the permutohedral lattice", 2010.
template <int D, Device Dev = Cpu>
class PermutohedralSubmanifoldConvolution : public WindowedKernel<D, Dev, PermutohedralSubmanifoldConvolution<D, Dev>> {
 public:
  PermutohedralSubmanifoldConvolution(Dev& device, std::int64_t in, std::int64_t out,
                                      const ConvolutionSettings& settings = {})
      : WindowedKernel<D, Dev, PermutohedralSubmanifoldConvolution>(
            device, in, out, submanifold_window(Taps<D>(permutohedral_offsets<D>())), settings) {}
  static std::string name() { return message("PermutohedralSubmanifoldConvolution<", D, ">"); }

  /// The sites of the outputs for x, and the map that leads there. Made at the first call, then found.
  Level<D, Dev> level(const SparseTensor<D, Dev>& x) const { return x.rulebook->centred(x.sites, this->window()); }

  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    return this->on_level(x, tape, [&] { return level(x); });
  }
};

}  // namespace scn
