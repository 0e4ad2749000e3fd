// The smallest program: three points on a grid, a small network, and the shape of what comes out.
#include <scn/scn.hpp>

int main() {
  using namespace scn;
  Cpu device;
  Sequential model{
      SparseVggNet<2>{device, 1, {{"C", 8}, {"C", 8}, {"MP", 3, 2}, {"C", 16}, {"C", 16}, {"MP", 3, 2}, {"C", 24}, {"C", 24}, {"MP", 3, 2}}},
      SubmanifoldConvolution<2>{device, 24, 32, 3},
      BatchNormReLU{device, 32},
      SparseToDense<2>{device},
  };
  InputLayer<2> input{device, model.input_size(Point<2>{10, 10})};           // 87 x 87

  const std::vector<Site<2>> sites{{0, {0, 0}}, {0, {0, 4}}, {0, {1, 2}}};    // sample, point
  const std::vector<float> features(sites.size(), 1.0f);                      // one channel each
  const auto y = model(input(sites, features));                               // DenseTensor<2>
  std::printf("%d x %d x %d x %d\n", int(y.batch_size), int(y.channels), int(y.spatial_size[0]), int(y.spatial_size[1]));   // 1 x 32 x 10 x 10
}
