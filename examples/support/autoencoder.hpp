// A sparse autoencoder: down to few sites and up again, with the sites themselves rebuilt.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "scn/scn.hpp"

namespace support {

/// 1 for each site of `places` that `tensor` has, 0 for the others.
template <int D>
std::vector<float> occupied(const scn::SparseTensor<D, scn::Cpu>& tensor,
                            const scn::SparseTensor<D, scn::Cpu>& places) {
  const std::vector<float> ones(std::size_t(tensor.rows().bound), 1);
  const scn::Variable<scn::Cpu> column(
      scn::Matrix<scn::Cpu>::from_host(tensor.device(), std::ssize(ones), 1, std::span(ones)));
  return scn::on_sites(tensor.with(column), places.sites).features.value().to_host();
}

/// Strided convolutions go down to ever fewer sites. Full convolutions come up again to every site that they reach, and
/// Sparsify learns to keep those that were there on the way down.
template <int D>
class Autoencoder {
 public:
  using Tensor = scn::SparseTensor<D, scn::Cpu>;
  using Layers = scn::AnySequential<D>;

  /// `channels` has one number for each level, the finest first, `steps` one stride less. One channel comes in and out.
  Autoencoder(scn::Cpu& device, const std::vector<int>& channels, const std::vector<scn::Point<D>>& steps) {
    using namespace scn;
    const auto refine = [&](Layers& net, int of) {
      net.add(BatchNormReLU{device, of}).add(SubmanifoldConvolution<D>{device, of, of, Cross<D>{3}, {.bias = false}});
      net.add(BatchNormReLU{device, of});
    };
    first_.add(SubmanifoldConvolution<D>{device, 1, channels[0], Cross<D>{3}, {.bias = false}});
    first_.add(BatchNormReLU{device, channels[0]});
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const int fine = channels[i], coarse = channels[i + 1];
      auto& [down, up, sparsify] = levels_.emplace_back(Level{{}, {}, Sparsify<D>{device, fine}});
      down.add(Convolution<D>{device, fine, coarse, steps[i], steps[i], {.bias = false}});
      refine(down, coarse);
      up.add(FullConvolution<D>{device, coarse, fine, steps[i], steps[i], {.bias = false}});
      refine(up, fine);
    }
    last_.add(NetworkInNetwork{device, channels[0], 1});
  }

  struct Result {
    Tensor code, values;
    std::vector<scn::Variable<scn::Cpu>> losses;  // of the sites that each level kept, the coarsest first
  };
  Result operator()(const Tensor& x, scn::Tape* tape = nullptr) const {
    std::vector<Tensor> way{first_(x, tape)};
    for (const Level& level : levels_) way.push_back(level.down(way.back(), tape));
    Result result{way.back(), way.back(), {}};
    for (std::size_t i = levels_.size(); i-- > 0;) {
      const Tensor reached = levels_[i].up(result.values, tape);
      const auto kept = levels_[i].sparsify(reached, tape);
      result.losses.push_back(scn::binary_cross_entropy(kept.mask, occupied(way[i], reached), tape));
      result.values = kept;
    }
    result.values = last_(result.values, tape);
    return result;
  }

  scn::Parameters<scn::Cpu> parameters() const {
    std::vector<scn::Parameter<scn::Cpu>> all;
    first_.parameters("first.", all);
    for (std::size_t i = 0; i < levels_.size(); ++i) {
      const std::string name = "level" + std::to_string(i);
      levels_[i].down.parameters(name + ".down.", all);
      levels_[i].up.parameters(name + ".up.", all);
      levels_[i].sparsify.parameters(name + ".sparsify.", all);
    }
    last_.parameters("last.", all);
    return scn::Parameters<scn::Cpu>(std::move(all));
  }

 private:
  struct Level {
    Layers down, up;
    scn::Sparsify<D> sparsify;
  };
  Layers first_, last_;
  std::vector<Level> levels_;
};

}  // namespace support
