// Tests of the CUDA device: memory, loops over elements, random numbers, errors.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "catch.hpp"
#include "scn/core/random.hpp"
#include "scn/cuda/device.cuh"
#include "scn/cuda/parallel.cuh"

namespace device_test {

using namespace scn;

TEST_CASE("A GPU counts the requests for random numbers", "[cuda]") {
  Cuda device{.seed = 5};
  CHECK(device.seed == 5);
  CHECK(device.next_draw() == 0);
  CHECK(device.next_draw() == 1);
  CHECK(device.draws == 2);
}

TEST_CASE("Memory of the GPU can be uploaded, copied, zeroed and downloaded", "[cuda][small]") {
  Cuda device;
  const std::vector<std::int32_t> values{1, 2, 3};
  std::vector<std::int32_t> seen(3);
  auto from = allocate(device, 12), to = allocate(device, 12);
  upload(device, from.data(), values.data(), 12);
  copy_memory(device, to.data(), from.data(), 12);
  fill_zero(device, from.data(), 8);
  synchronize(device);
  download(device, seen.data(), to.data(), 12);
  CHECK(seen == values);
  download(device, seen.data(), from.data(), 12);
  CHECK(seen == std::vector<std::int32_t>{0, 0, 3});
}

TEST_CASE("Pinned memory may change as soon as it has been uploaded", "[cuda]") {
  Cuda device;
  constexpr std::int64_t count = 1 << 24;
  std::int32_t* pinned = nullptr;
  REQUIRE(cudaMallocHost(&pinned, count * sizeof(std::int32_t)) == cudaSuccess);
  std::fill_n(pinned, count, 7);
  Buffer<std::int32_t, Cuda> buffer(device, count);
  upload(device, buffer.data(), pinned, count * std::int64_t{sizeof(std::int32_t)});
  std::fill_n(pinned, count, 8);
  CHECK(buffer.to_host(device) == std::vector<std::int32_t>(count, 7));
  CHECK(cudaFreeHost(pinned) == cudaSuccess);
}

TEST_CASE("Memory that was given back serves again, and a block outlives its device", "[cuda]") {
  gpu::Block kept;
  {
    Cuda device;
    const auto stream = device.queue;
    for (int round = 0; round < 3; ++round) {
      const auto a = allocate(device, 10'000'000), b = allocate(device, 20'000'000);
      CHECK(stream->used() >= 30'000'000);
    }
    synchronize(device);
    CHECK(stream->used() == 0);
    CHECK(stream->reserved() < 150'000'000);
    kept = allocate(device, 1000);
  }
  CHECK(kept.data() != nullptr);
  CHECK(cudaMemset(kept.data(), 1, 1000) == cudaSuccess);
}

struct CountVisit {
  MatrixView<int> visits;
  constexpr void operator()(std::int64_t row, std::int64_t c) const { ++visits(row, c); }
};

struct CountRow {
  int* visits;
  constexpr void operator()(std::int64_t i) const { ++visits[i]; }
};

TEST_CASE("Every row and channel is visited once on the GPU, whatever the shape", "[cuda]") {
  Cuda device;
  for (const std::int64_t channels : {1, 3, 5, 17, 32, 100, 257, 1000, 70'000}) {
    const std::int64_t rows = 2'000'000 / channels;
    INFO(rows << " x " << channels);
    auto visits = Matrix<Cuda, int>::zeros(device, rows, channels);
    parallel_for(device, visits.rows(), channels, CountVisit{visits.view()});
    CHECK(visits.to_host() == std::vector<int>(static_cast<std::size_t>(rows * channels), 1));
  }
}

TEST_CASE("Every index is visited once on the GPU, and none where there are none", "[cuda]") {
  Cuda device;
  auto visits = Matrix<Cuda, int>::zeros(device, 20'000'000, 1);
  parallel_for(device, visits.rows(), CountRow{visits.view().data});
  parallel_for(device, Rows{0}, CountRow{visits.view().data});
  parallel_for(device, visits.rows(), 0, CountVisit{visits.view()});
  CHECK(visits.to_host() == std::vector<int>(20'000'000, 1));
}

TEST_CASE("Rows beyond the exact number are not visited", "[cuda][small]") {
  Cuda device;
  const std::vector<std::int64_t> exact{5};
  const Buffer<std::int64_t, Cuda> number(device, std::span<const std::int64_t>(exact));
  auto visits = Matrix<Cuda, int>::zeros(device, 8, 1);
  parallel_for(device, Rows{8, number.data()}, CountRow{visits.view().data});
  CHECK(visits.to_host() == std::vector<int>{1, 1, 1, 1, 1, 0, 0, 0});
}

struct Draw {
  std::uint64_t seed, draw;
  std::uint32_t* words;
  double* uniforms;
  constexpr void operator()(std::int64_t i) const {
    const auto element = static_cast<std::uint64_t>(i) * 0x123456789u;
    const auto four = philox(seed, draw, element);
    for (int word = 0; word < 4; ++word) words[4 * i + word] = four[static_cast<std::size_t>(word)];
    uniforms[i] = uniform(seed, draw, element);
  }
};

TEST_CASE("Random numbers on the GPU are those of the processor", "[cuda]") {
  Cuda device;
  constexpr std::int64_t count = 10'000;
  Buffer<std::uint32_t, Cuda> words(device, 4 * count);
  Buffer<double, Cuda> uniforms(device, count);
  parallel_for(device, Rows{count}, Draw{0xFEDCBA9876543210u, 7, words.data(), uniforms.data()});
  std::vector<std::uint32_t> expected_words(4 * count);
  std::vector<double> expected(count);
  const Draw here{0xFEDCBA9876543210u, 7, expected_words.data(), expected.data()};
  for (std::int64_t i = 0; i < count; ++i) here(i);
  CHECK(words.to_host(device) == expected_words);
  CHECK(uniforms.to_host(device) == expected);
}

__global__ void do_nothing() {}

TEST_CASE("An error of a launch names its place, and the device works on", "[cuda]") {
  for (const bool synchronous : {false, true}) {
    Cuda device{.synchronous = synchronous};
    const std::int64_t line = __LINE__ + 2;
    try {
      gpu::launch(device, {.blocks = 1, .threads = 4096}, do_nothing);
      FAIL("a block of 4,096 threads was launched");
    } catch (const CudaError& error) {
      CHECK(error.code() != cudaSuccess);
      CHECK(error.line() == line);
      CHECK_THAT(error.file(), Catch::Matchers::EndsWith("device_test.cu"));
      CHECK_THAT(error.what(), Catch::Matchers::StartsWith("starting a kernel: invalid "));
    }
    gpu::launch(device, {.blocks = 1, .threads = 32}, do_nothing);
    synchronize(device);
  }
}

TEST_CASE("Memory that the GPU does not have is refused with an error of its own, and nothing is lost", "[cuda]") {
  Cuda device;
  const auto values = std::vector<float>{1, 2, 3};
  const Buffer<float, Cuda> before(device, std::span<const float>(values));
  const auto used = device.queue->used();
  CHECK_THROWS_AS(allocate(device, std::int64_t{1} << 50), OutOfDeviceMemory);
  CHECK(device.queue->used() == used);
  CHECK(before.to_host(device) == values);
  CHECK(Buffer<float, Cuda>(device, std::span<const float>(values)).to_host(device) == values);
}

TEST_CASE("A GPU that is not there is refused by its number", "[cuda]") {
  CHECK_THROWS_WITH(Cuda{.ordinal = 99}, Catch::Matchers::StartsWith("GPU 99: invalid device ordinal"));
}

TEST_CASE("Two devices of one program keep apart, on one GPU or on two", "[cuda]") {
  int count = 0;
  REQUIRE(cudaGetDeviceCount(&count) == cudaSuccess);
  Cuda first, second{.ordinal = count > 1 ? 1 : 0};
  CHECK(first.stream() != second.stream());
  auto a = Matrix<Cuda, int>::zeros(first, 1000, 3), b = Matrix<Cuda, int>::zeros(second, 1000, 3);
  for (int round = 0; round < 10; ++round) {
    parallel_for(first, a.rows(), 3, CountVisit{a.view()});
    parallel_for(second, b.rows(), 3, CountVisit{b.view()});
  }
  CHECK(a.to_host() == std::vector<int>(3000, 10));
  CHECK(b.to_host() == std::vector<int>(3000, 10));
  int current = -1;
  CHECK(cudaGetDevice(&current) == cudaSuccess);
  CHECK(current == 0);
}

}  // namespace device_test
