// Tests of what the CUDA device says to memory that is not where it should be.
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "catch.hpp"
#include "scn/cuda/multiply.cuh"
#include "scn/cuda/weights.cuh"

namespace pointer_test {

using namespace scn;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

/// Two numbers on the GPU and two on the host.
struct Memory {
  Cuda device;
  std::vector<float> host{1, 2};
  Buffer<float, Cuda> gpu{device, std::span<const float>(host)};
};

TEST_CASE("Memory of the host is refused where memory of the GPU is expected", "[cuda][small]") {
  Memory memory;
  std::vector<float> other{3, 4};
  const std::string got = "expected memory of GPU 0, got memory of the host";
  CHECK_THROWS_WITH(upload(memory.device, other.data(), memory.host.data(), 8), "upload: " + got);
  CHECK_THROWS_WITH(download(memory.device, other.data(), memory.host.data(), 8), "download: " + got);
  CHECK_THROWS_WITH(copy_memory(memory.device, memory.gpu.data(), other.data(), 8), "copy_memory: " + got);
  CHECK_THROWS_WITH(copy_memory(memory.device, other.data(), memory.gpu.data(), 8), "copy_memory: " + got);
  CHECK_THROWS_WITH(fill_zero(memory.device, other.data(), 8), "fill_zero: " + got);
  CHECK(other == std::vector<float>{3, 4});
  CHECK(memory.gpu.to_host(memory.device) == memory.host);
}

TEST_CASE("Pinned memory is memory of the host", "[cuda][small]") {
  Memory memory;
  float* pinned = nullptr;
  REQUIRE(cudaMallocHost(&pinned, 8) == cudaSuccess);
  CHECK_THROWS_WITH(fill_zero(memory.device, pinned, 8), EndsWith("got memory of the host"));
  download(memory.device, pinned, memory.gpu.data(), 8);
  CHECK(pinned[1] == 2);
  CHECK(cudaFreeHost(pinned) == cudaSuccess);
}

TEST_CASE("Memory of the GPU is refused where memory of the host is expected", "[cuda][small]") {
  Memory memory;
  const std::string got = "expected memory of the host, got memory of GPU 0";
  Buffer<float, Cuda> other(memory.device, 2);
  CHECK_THROWS_WITH(upload(memory.device, other.data(), memory.gpu.data(), 8), "upload: " + got);
  CHECK_THROWS_WITH(download(memory.device, other.data(), memory.gpu.data(), 8), "download: " + got);
  const std::span<const float> wrong(memory.gpu.data(), 2);
  CHECK_THROWS_WITH((Matrix<Cuda>::from_host(memory.device, 2, 1, wrong)), "upload: " + got);
  CHECK(memory.gpu.to_host(memory.device) == memory.host);
}

TEST_CASE("Memory of another GPU is refused where there is one", "[cuda][small]") {
  int count = 0;
  REQUIRE(cudaGetDeviceCount(&count) == cudaSuccess);
  if (count < 2) return;
  Memory memory;
  Cuda second{.ordinal = 1};
  Buffer<float, Cuda> other(second, 2);
  CHECK_THROWS_WITH(fill_zero(memory.device, other.data(), 8),
                    "fill_zero: expected memory of GPU 0, got memory of GPU 1");
  CHECK_THROWS_WITH(copy_memory(second, other.data(), memory.gpu.data(), 8),
                    "copy_memory: expected memory of GPU 1, got memory of GPU 0");
}

TEST_CASE("Weights and rows of another device are refused by products and convolutions", "[cuda][small]") {
  Cuda device, other;
  const auto x = Matrix<Cuda>::zeros(device, 4, 2), w = Matrix<Cuda>::zeros(device, 2, 3);
  const auto far_x = Matrix<Cuda>::zeros(other, 4, 2), far_w = Matrix<Cuda>::zeros(other, 2, 3);
  Matrix<Cuda> y(device, 4, 3), dx(device, 4, 2), dw(device, 2, 3);
  const std::string refused =
      ": a matrix belongs to another device, on GPU 0; expected the one on GPU 0 that was given";
  CHECK_THROWS_WITH(multiply(device, x, far_w, {}, y), "multiply" + refused);
  CHECK_THROWS_WITH(multiply(device, far_x, w, {}, y), "multiply" + refused);
  CHECK_THROWS_WITH(multiply_backward_input(device, y, far_w, dx, Write::assign), "multiply_backward_input" + refused);
  CHECK_THROWS_WITH(multiply_backward_weight(device, far_x, y, dw, Write::assign),
                    "multiply_backward_weight" + refused);
  CHECK_THROWS_WITH(prepare(device, far_w, 1, 1, 2, 3), "prepare" + refused);
  CHECK_NOTHROW(multiply(device, x, w, {}, y));
}

TEST_CASE("A copy of a device is the same device", "[cuda][small]") {
  Cuda device;
  Cuda same = device;
  const auto x = Matrix<Cuda>::zeros(device, 4, 2), w = Matrix<Cuda>::zeros(same, 2, 3);
  Matrix<Cuda> y(same, 4, 3);
  CHECK_NOTHROW(multiply(device, x, w, {}, y));
}

}  // namespace pointer_test
