// Tests of matrices in device memory and of the views that kernels take.
#include "scn/core/matrix.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "scn/cpu/device.hpp"
#include "support/thrown_message.hpp"

/// A device of host memory whose rows start at multiples of four elements.
struct PaddedDevice {
  using Scalar = float;
  struct Block {
    std::vector<std::byte> bytes;
    void* data() { return bytes.data(); }
    const void* data() const { return bytes.data(); }
  };
  static std::int64_t pitch(std::int64_t channels) { return (channels + 3) / 4 * 4; }
};

template <>
inline constexpr bool scn::is_device<PaddedDevice> = true;

PaddedDevice::Block allocate(PaddedDevice&, std::int64_t bytes) {
  return {std::vector<std::byte>(static_cast<std::size_t>(bytes), std::byte{0x7F})};
}
void upload(PaddedDevice&, void* to, const void* from, std::int64_t bytes) {
  std::memcpy(to, from, static_cast<std::size_t>(bytes));
}
void download(PaddedDevice& device, void* to, const void* from, std::int64_t bytes) { upload(device, to, from, bytes); }
void copy_memory(PaddedDevice& device, void* to, const void* from, std::int64_t bytes) {
  upload(device, to, from, bytes);
}
void fill_zero(PaddedDevice&, void* to, std::int64_t bytes) { std::memset(to, 0, static_cast<std::size_t>(bytes)); }

namespace {

using namespace scn;

const std::vector<double> six{1, 2, 3, 4, 5, 6};

template <class Dev>
Matrix<Dev> two_by_three(Dev& device) {
  return Matrix<Dev>::from_host(device, 2, 3, std::span<const double>(six));
}

TEST_CASE("A matrix can be moved but not copied, and its view is trivially copyable", "[core]") {
  STATIC_REQUIRE(!std::is_copy_constructible_v<Matrix<Cpu>>);
  STATIC_REQUIRE(std::is_nothrow_move_constructible_v<Matrix<Cpu>>);
  STATIC_REQUIRE(std::is_trivially_copyable_v<MatrixView<float>>);
  STATIC_REQUIRE(std::is_same_v<Matrix<Cpu>, Matrix<Cpu, float>>);
}

TEST_CASE("A matrix takes host numbers of another type row by row and gives them back", "[core]") {
  Cpu device;
  const Matrix<Cpu> matrix = two_by_three(device);
  CHECK(matrix.rows().bound == 2);
  CHECK(matrix.rows().exact == nullptr);
  CHECK(matrix.channels() == 3);
  CHECK(&matrix.device() == &device);
  CHECK(matrix.to_host() == std::vector<float>{1, 2, 3, 4, 5, 6});
  CHECK(matrix.view()(1, 0) == 4);
}

TEST_CASE("Padding between rows is zero and never seen on the host", "[core]") {
  PaddedDevice device;
  const Matrix<PaddedDevice> matrix = two_by_three(device);
  CHECK(matrix.view().pitch == 4);
  CHECK(std::vector<float>(matrix.view().data, matrix.view().data + 8) == std::vector<float>{1, 2, 3, 0, 4, 5, 6, 0});
  CHECK(matrix.to_host() == std::vector<float>{1, 2, 3, 4, 5, 6});
  CHECK(matrix.copy().to_host() == std::vector<float>{1, 2, 3, 4, 5, 6});
  CHECK(Matrix<PaddedDevice>::zeros(device, 1, 3).view().data[3] == 0);
}

TEST_CASE("A copy of a matrix is independent of it", "[core]") {
  Cpu device;
  const Matrix<Cpu> matrix = two_by_three(device);
  Matrix<Cpu> copy = matrix.copy();
  copy.view()(0, 1) = 20;
  CHECK(matrix.to_host() == std::vector<float>{1, 2, 3, 4, 5, 6});
  CHECK(copy.to_host() == std::vector<float>{1, 20, 3, 4, 5, 6});
}

TEST_CASE("A matrix of zeros is zero also in memory that was used before", "[core]") {
  Cpu device;
  { Matrix<Cpu> used = two_by_three(device); }
  Matrix<Cpu> matrix = Matrix<Cpu>::zeros(device, 2, 3);
  CHECK(matrix.to_host() == std::vector<float>(6, 0.0f));
  matrix.view()(1, 2) = 5;
  matrix.set_zero();
  CHECK(matrix.to_host() == std::vector<float>(6, 0.0f));
}

TEST_CASE("Matrices without rows, without channels, and default ones are ordinary matrices", "[core][LIM-01]") {
  Cpu device;
  CHECK(Matrix<Cpu>().to_host().empty());
  CHECK(Matrix<Cpu>().rows().bound == 0);
  Matrix<Cpu> no_rows = Matrix<Cpu>::zeros(device, 0, 3);
  CHECK(no_rows.channels() == 3);
  CHECK(no_rows.to_host().empty());
  CHECK(no_rows.copy().channels() == 3);
  CHECK(Matrix<Cpu>::zeros(device, 3, 0).to_host().empty());
  CHECK(Matrix<Cpu>::from_host(device, 0, 4, std::span<const float>()).rows().bound == 0);
}

TEST_CASE("A matrix takes exactly rows times channels numbers", "[core]") {
  Cpu device;
  const auto from = [&](std::int64_t rows, std::int64_t channels) {
    return [&device, rows, channels] { Matrix<Cpu>::from_host(device, rows, channels, std::span<const double>(six)); };
  };
  CHECK(thrown_message<InvalidArgument>(from(2, 2)) == "Matrix: expected 2 x 2 numbers, got 6");
  CHECK(thrown_message<InvalidArgument>(from(7, 1)) == "Matrix: expected 7 x 1 numbers, got 6");
  CHECK_THROWS_AS(from(-2, -3)(), LimitExceeded);
}

TEST_CASE("A matrix of more bytes than can be addressed is refused", "[core][LIM-11]") {
  Cpu device;
  const volatile std::int64_t many = std::int64_t{1} << 40;  // unseen by the compiler, which would warn
  CHECK_THROWS_AS(Matrix<Cpu>(device, many, many), LimitExceeded);
  CHECK_THROWS_AS(Matrix<Cpu>(device, std::int64_t{1} << 61, 1), LimitExceeded);
  CHECK_THROWS_AS(Matrix<Cpu>(device, -1, 1), LimitExceeded);
  CHECK_THROWS_AS(Matrix<Cpu>::from_host(device, many, many, std::span<const double>(six)), LimitExceeded);
}

TEST_CASE("A result is assigned, or added to, as a kernel was told", "[core]") {
  double value = 5;
  store(value, 2.0, Write::add);
  CHECK(value == 7);
  store(value, 2.0, Write::assign);
  CHECK(value == 2);
}

}  // namespace
