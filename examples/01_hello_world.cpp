// Two messages, drawn with characters, go through a sparse convolutional network as a batch of two.
#include <cstdio>
#include <string_view>
#include <vector>

#include "scn/scn.hpp"

int main() {
  using namespace scn;
  Cpu device{.seed = 1};
  Sequential model{
      SparseVggNet<2>{
          device,
          1,
          {{"C", 8}, {"C", 8}, {"MP", 3, 2}, {"C", 16}, {"C", 16}, {"MP", 3, 2}, {"C", 24}, {"C", 24}, {"MP", 3, 2}}},
      SubmanifoldConvolution<2>{device, 24, 32, 3},
      BatchNormReLU{device, 32},
      SparseToDense<2>{device},
  };

  // Every layer knows which input it needs for an output, so the network does too.
  const Point<2> size = model.input_size(Point<2>{10, 10});
  std::printf("%d x %d\n", size[0], size[1]);
  InputLayer<2> input{device, size};

  const std::string_view messages[] = {
      "X   X  XXXX  X     X      XXX     X   X   XXX   XXXX   X     XXXX \n"
      "X   X  X     X     X     X   X    X   X  X   X  X   X  X     X   X\n"
      "XXXXX  XXX   X     X     X   X    X X X  X   X  XXXX   X     X   X\n"
      "X   X  X     X     X     X   X    XX XX  X   X  X  X   X     X   X\n"
      "X   X  XXXX  XXXX  XXXX   XXX     X   X   XXX   X   X  XXXX  XXXX \n",

      " XXXX  XXXX    XXX   XXXX    XXXX  XXXX \n"
      "X      X   X  X   X  X   X  X      X    \n"
      " XXX   XXXX   XXXXX  XXXX    XXX   XXX  \n"
      "    X  X      X   X  X  X       X  X    \n"
      "XXXX   X      X   X  X   X  XXXX   XXXX \n"};

  std::vector<Site<2>> sites;   // which characters are drawn: sample, then row and column
  std::vector<float> features;  // one channel: 1 where something is drawn
  for (std::int32_t sample = 0; sample < 2; ++sample) {
    std::int32_t row = 0, column = 0;
    for (const char character : messages[sample]) {
      if (character == '\n') {
        ++row;
        column = 0;
        continue;
      }
      if (character != ' ') {
        sites.push_back({sample, {row, column}});
        features.push_back(1.0f);
      }
      ++column;
    }
  }

  const SparseTensor<2> x = input(sites, features);
  std::printf("active sites: %lld of %d\n", static_cast<long long>(x.sites->count()), 2 * size[0] * size[1]);

  const DenseTensor<2> y = model(x);
  std::printf("%d x %d x %d x %d\n", int(y.batch_size), int(y.channels), int(y.spatial_size[0]),
              int(y.spatial_size[1]));
}
