// The program of tests/consumer/hello_world on a GPU; says so where there is none. nvcc must not be given Eigen to
// read.
#include <cstdio>
#include <scn/cuda/cuda.cuh>

#ifdef EIGEN_WORLD_VERSION
#error "scn/cuda/cuda.cuh includes Eigen"
#endif

using namespace scn;  // what nvcc writes for CUB's kernels names ::cuda, which must stay clear

int main() {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
    std::puts("There is no GPU.");
    return 0;
  }
  Cuda device;
  Sequential model{
      SubmanifoldConvolution<2, Cuda>{device, 1, 32, 3},
      BatchNormReLU{device, 32},
      SparseToDense<2, Cuda>{device},
  };
  InputLayer<2, Cuda> input{device, Point<2>{10, 10}};

  const std::vector<Site<2>> sites{{0, {0, 0}}, {0, {0, 4}}, {0, {1, 2}}};
  const std::vector<float> features(sites.size(), 1.0f);
  const auto y = model(input(sites, features));
  std::printf("%d x %d x %d x %d\n", int(y.batch_size), int(y.channels), int(y.spatial_size[0]),
              int(y.spatial_size[1]));
}
