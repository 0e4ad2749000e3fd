// Kernels with one error each, which a tool of compute-sanitizer has to find: that of the first argument.
#include <cstdio>
#include <string>

#include "scn/cuda/device.cuh"

namespace {

/// Writes one number too many.
__global__ void write_beyond(int* numbers, int count) { numbers[threadIdx.x + 1] = count; }

/// Reads what a neighbour has perhaps not written yet.
__global__ void read_too_early(int* numbers) {
  __shared__ int shared[64];
  shared[threadIdx.x] = static_cast<int>(threadIdx.x);
  numbers[threadIdx.x] = shared[63 - threadIdx.x];
}

/// Reads what nobody has written.
__global__ void read_unwritten(const int* from, int* to) { to[threadIdx.x] = from[threadIdx.x] + 1; }

/// Half of a warp waits for the whole block.
__global__ void wait_apart(int* numbers) {
  if (threadIdx.x < 16) __syncthreads();
  numbers[threadIdx.x] = 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string error = argc == 2 ? argv[1] : "";
  scn::Cuda device;
  constexpr int count = 64;
  scn::Buffer<int, scn::Cuda> from(device, count), to(device, count);
  const scn::gpu::Grid one{.blocks = 1, .threads = count};
  if (error == "memcheck")
    scn::gpu::launch(device, one, write_beyond, to.data(), count);
  else if (error == "racecheck")
    scn::gpu::launch(device, one, read_too_early, to.data());
  else if (error == "initcheck")
    scn::gpu::launch(device, one, read_unwritten, from.data(), to.data());
  else if (error == "synccheck")
    scn::gpu::launch(device, one, wait_apart, to.data());
  else
    return std::fprintf(stderr, "usage: planted_errors memcheck|racecheck|initcheck|synccheck\n"), 2;
  synchronize(device);
}
