// SparseVggNet: stacks of submanifold convolutions and pooling, written as a list of tokens.
#pragma once

#include <concepts>
#include <string>
#include <utility>
#include <vector>

#include "scn/layers/any_layer.hpp"
#include "scn/layers/batch_normalization.hpp"
#include "scn/layers/convolution.hpp"
#include "scn/layers/deconvolution.hpp"
#include "scn/layers/max_pooling.hpp"
#include "scn/layers/submanifold_convolution.hpp"
#include "scn/layers/tables.hpp"

namespace scn {

/// One step of a SparseVggNet; n is the current number of channels:
///
///     {"MP"}, {"MP", f, s}     max pooling of size 3 stride 2, or f and s
///     {"C3/2"}, {"C3/2", a}    Convolution n -> n or a, size 3 stride 2
///     {"C", a}                 SubmanifoldConvolution n -> a, size 3
///     {"C", a, b}              the same beside a branch of b channels that goes one level down and back, joined;
///     {"C", a, b, c}, ...      a further branch going two levels down, and so on
///
/// Every step but pooling ends in BatchNormReLU.
struct VggLayer {
  std::string token;
  std::vector<int> numbers;

  template <std::same_as<int>... Numbers>
  VggLayer(const char* token_, Numbers... numbers_) : token(token_), numbers{numbers_...} {}
  VggLayer(std::string token_, std::vector<int> numbers_) : token(std::move(token_)), numbers(std::move(numbers_)) {}
};

/// The reference's builder, with its parameter names. Convolutions have no bias. Graham et al., 2017, section 4.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class SparseVggNet : public AnySequential<D, Dev> {
 public:
  SparseVggNet(Dev& device, int in_channels, const std::vector<VggLayer>& layers) {
    int n = in_channels;
    for (const VggLayer& layer : layers) {
      const auto& numbers = layer.numbers;
      if (layer.token == "MP" && (numbers.empty() || numbers.size() == 2)) {
        this->add(MaxPooling<D, Dev>(device, numbers.empty() ? 3 : numbers[0], numbers.empty() ? 2 : numbers[1]));
        continue;
      }
      if (layer.token == "C3/2" && numbers.size() <= 1) {
        const int out = numbers.empty() ? n : numbers[0];
        this->add(Convolution<D, Dev>(device, n, out, 3, 2, {.bias = false}));
        n = out;
      } else if (layer.token == "C" && numbers.size() == 1) {
        this->add(SubmanifoldConvolution<D, Dev>(device, n, numbers[0], 3, {.bias = false}));
        n = numbers[0];
      } else if (layer.token == "C" && numbers.size() > 1) {
        ConcatTable<D, Dev> table;
        table.add(SubmanifoldConvolution<D, Dev>(device, n, numbers[0], 3, {.bias = false}));
        int sum = numbers[0];
        for (std::size_t depth = 1; depth < numbers.size(); ++depth) {
          table.add(branch(device, n, numbers[depth], depth));
          sum += numbers[depth];
        }
        this->add(std::move(table)).add(JoinTable<D, Dev>{});
        n = sum;
      } else {
        throw InvalidArgument(
            message(name(), ": no layer is written {\"", layer.token, "\"} with ", numbers.size(), " numbers"));
      }
      this->add(BatchNormReLU<Dev>(device, n));
    }
  }

  static std::string name() { return message("SparseVggNet<", D, ">"); }

 private:
  /// `depth` levels down, then up again.
  static AnySequential<D, Dev> branch(Dev& device, int in, int width, std::size_t depth) {
    AnySequential<D, Dev> path;
    for (std::size_t level = 0; level < depth; ++level)
      path.add(Convolution<D, Dev>(device, level == 0 ? in : width, width, 3, 2, {.bias = false}))
          .add(BatchNormReLU<Dev>(device, width))
          .add(SubmanifoldConvolution<D, Dev>(device, width, width, 3, {.bias = false}))
          .add(BatchNormReLU<Dev>(device, width));
    for (std::size_t level = 0; level < depth; ++level) {
      if (level > 0)
        path.add(BatchNormReLU<Dev>(device, width))
            .add(SubmanifoldConvolution<D, Dev>(device, width, width, 3, {.bias = false}))
            .add(BatchNormReLU<Dev>(device, width));
      path.add(Deconvolution<D, Dev>(device, width, width, 3, 2, {.bias = false}));
    }
    return path;
  }
};

}  // namespace scn
