// Tests of what the CUDA device says when something went wrong, and of what still works then.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "catch.hpp"
#include "scn/cuda/cuda.cuh"

namespace error_test {

using namespace scn;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

TEST_CASE("Errors that spoil a process say so, and others do not", "[cuda][small]") {
  CHECK_THROWS_WITH(
      scn::gpu::check(cudaErrorIllegalAddress, "a kernel"),
      StartsWith("a kernel: an illegal memory access was encountered; no GPU can be used any more by this "
                 "process (") &&
          ContainsSubstring("error_test.cu:"));
  CHECK_THROWS_WITH(scn::gpu::check(cudaErrorInvalidValue, "a copy"), StartsWith("a copy: invalid argument ("));
  CHECK_THROWS_AS(scn::gpu::check(cudaErrorMemoryAllocation, "asking for 8 bytes"), OutOfDeviceMemory);
  CHECK_NOTHROW(scn::gpu::check(cudaSuccess, "nothing"));
}

__global__ void write_to(int* place) { *place = 1; }

// Run by the next test, in a process of its own.
TEST_CASE("A kernel that writes where nothing is", "[.spoils]") {
  Cuda device;
  scn::gpu::launch(device, {.blocks = 1, .threads = 1}, write_to, reinterpret_cast<int*>(8));
  for (int call = 0; call < 2; ++call)
    CHECK_THROWS_WITH(synchronize(device), ContainsSubstring("; no GPU can be used any more by this process ("));
  CHECK_THROWS_WITH(Cuda{}, ContainsSubstring("; no GPU can be used any more by this process ("));
  Cuda careful = device;
  careful.synchronous = true;
  CHECK_THROWS_WITH(scn::gpu::launch(careful, {.blocks = 1, .threads = 1}, write_to, nullptr),
                    ContainsSubstring("error_test.cu:"));
}

TEST_CASE("A kernel that writes where nothing is spoils its process, and every later call says so", "[cuda]") {
  char self[4096];
  const auto length = readlink("/proc/self/exe", self, sizeof self);
  REQUIRE(length > 0);
  const std::string command = "'" + std::string(self, static_cast<std::size_t>(length)) + "' '[.spoils]' > /dev/null";
  CHECK(std::system(command.c_str()) == 0);
}

/// A network and its input: what it gives is compared before and after something went wrong.
struct Work {
  Cuda device{.seed = 4};
  Sequential<SubmanifoldConvolution<3, Cuda>, BatchNormReLU<Cuda>> net{SubmanifoldConvolution<3, Cuda>{device, 2, 8, 3},
                                                                       BatchNormReLU<Cuda>{device, 8}};
  std::vector<Site<3>> sites;
  std::vector<float> features;

  Work() {
    for (std::int32_t i = 0; i < 500; ++i) {
      sites.push_back({0, {i % 10, i / 10 % 10, i / 100}});
      features.insert(features.end(), {0.1f * static_cast<float>(i % 7), 1.0f});
    }
  }
  std::vector<float> operator()() {
    return net(InputLayer<3, Cuda>{device}(sites, features)).features.value().to_host();
  }
};

TEST_CASE("A pass that finds no memory fails with an error of its own, and the next one that does is right", "[cuda]") {
  Work work;
  const std::vector<float> expected = work();
  synchronize(work.device);
  const auto used = work.device.queue->used();
  std::size_t free_bytes = 0, all_bytes = 0;
  REQUIRE(cudaMemGetInfo(&free_bytes, &all_bytes) == cudaSuccess);
  std::vector<void*> taken;  // nearly everything, in pieces that get smaller
  for (std::size_t piece = free_bytes; piece > (1 << 20); piece /= 2)
    for (void* data = nullptr; cudaMalloc(&data, piece) == cudaSuccess;) taken.push_back(data);
  cudaGetLastError();
  CHECK_THROWS_AS((Matrix<Cuda>(work.device, 1 << 20, 1 << 8)), OutOfDeviceMemory);
  CHECK_THROWS_WITH((Matrix<Cuda>(work.device, 1 << 20, 1 << 8)), StartsWith("asking for 1073741824 bytes: out of "));
  const std::int64_t many = 1 << 24;
  CHECK_THROWS_AS(work.net(InputLayer<3, Cuda>{work.device}(
                      std::vector<Site<3>>(static_cast<std::size_t>(many), Site<3>{0, {1, 2, 3}}),
                      std::vector<float>(static_cast<std::size_t>(2 * many), 1.0f))),
                  OutOfDeviceMemory);
  synchronize(work.device);
  CHECK(work.device.queue->used() == used);
  CHECK(work() == expected);
  for (void* data : taken) CHECK(cudaFree(data) == cudaSuccess);
  CHECK(work() == expected);
}

}  // namespace error_test
