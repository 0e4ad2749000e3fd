// MultiscaleShapeContext: the shape contexts of a site at several scales.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "scn/layers/average_pooling.hpp"
#include "scn/layers/batch_normalization.hpp"
#include "scn/layers/shape_context.hpp"
#include "scn/layers/tables.hpp"
#include "scn/layers/unpooling.hpp"
#include "scn/networks/pyramid.hpp"

namespace scn {

struct MultiscaleShapeContextSettings {
  int channels = 1;  ///< of the input (n_features of the reference)
  int levels = 3;
  int size = 3;  ///< of the shape context's window, on every axis
  int downsample_size = 2;
  int downsample_stride = 2;
  bool normalization = true;  ///< BatchNormalization at the end
};

/// At each level ShapeContext beside average pooling, the next level, and un-pooling back; joined, the finest first:
/// size^D * channels * levels channels, on the sites of the input. No parameters but those of the norm. The reference's
/// function of this name, which it cannot run.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class MultiscaleShapeContext : public Pyramid<D, Dev, MultiscaleShapeContext<D, Dev>> {
 public:
  explicit MultiscaleShapeContext(Dev& device, const MultiscaleShapeContextSettings& settings = {})
      : Pyramid<D, Dev, MultiscaleShapeContext>(one_a_level(settings), 1, settings.downsample_size,
                                                settings.downsample_stride) {
    const ShapeContext<D, Dev> context(device,
                                       in_layer(name(), [&] { return submanifold_window(Point<D>(settings.size)); }));
    add_level(device, *this, context, settings.levels);
    if (!settings.normalization) return;
    const std::int64_t taps = context.window().volume() * settings.levels;
    this->add(
        BatchNormalization<Dev>(device, in_layer(name(), [&] { return checked_bytes(taps, settings.channels, 1); })));
  }

  static std::string name() { return message("MultiscaleShapeContext<", D, ">"); }

 private:
  static std::vector<int> one_a_level(const MultiscaleShapeContextSettings& settings) {
    require(settings.channels >= 1, name(), ": channels must be at least 1, got ", settings.channels);
    return std::vector<int>(static_cast<std::size_t>(std::max(0, settings.levels)), settings.channels);
  }
  void add_level(Dev& device, AnySequential<D, Dev>& net, const ShapeContext<D, Dev>& context, int levels) const {
    if (levels == 1) {
      net.add(context);
      return;
    }
    AnySequential<D, Dev> deeper, path;
    add_level(device, deeper, context, levels - 1);
    path.add(AveragePooling<D, Dev>(device, this->step()))
        .add(std::move(deeper))
        .add(UnPooling<D, Dev>(device, this->step()));
    ConcatTable<D, Dev> table;
    table.add(context).add(std::move(path));
    net.add(std::move(table)).add(JoinTable<D, Dev>{});
  }
};

}  // namespace scn
