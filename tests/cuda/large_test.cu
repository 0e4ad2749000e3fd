// Tests of inputs so large that 32 bits do not count what belongs to them.
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "scn/cuda/convolution.cuh"
#include "scn/cuda/maps.cuh"
#include "scn/cuda/reduce.cuh"
#include "scn/cuda/sites.cuh"

namespace large_test {

using namespace scn;
using Half = CudaDevice<__half>;

template <int D>
std::shared_ptr<const Sites<D, Half>> sites_of(Half& device, const std::vector<Site<D>>& sites) {
  return make_sites<D>(device, Buffer<Site<D>, Half>(device, std::span(sites)), std::nullopt, 1, Duplicates::reject)
      .sites;
}

TEST_CASE("Three million sites have a complete map on the GPU", "[cuda]") {
  Half device;
  constexpr std::int32_t x = 150, y = 150, z = 140;
  std::vector<Site<3>> box;
  for (std::int32_t i = 0; i < x * y * z; ++i) box.push_back({0, {i / z / y, i / z % y, i % z}});
  const auto sites = sites_of<3>(device, box);
  CHECK(sites->count() == 3'150'000);
  const auto rules = make_rules<3>(device, *sites, *sites, submanifold_window(Point<3>(3)));
  CHECK(rules.size() == std::int64_t{3 * x - 2} * (3 * y - 2) * (3 * z - 2));
}

constexpr std::int64_t period = 1024;

/// Small whole numbers that come again after `period` rows.
struct FillPeriodically {
  MatrixView<__half> x;
  __device__ void operator()(std::int64_t row, std::int64_t c) const {
    x(row, c) = static_cast<__half>(static_cast<float>((row % period * 31 + c * 7) % 9 - 4));
  }
};

/// Counts numbers that are not 0 and the same as `period` rows before.
struct ComesAgain {
  MatrixView<const __half> y;
  __device__ float operator()(std::int64_t row, std::int64_t c) const {
    if (row <= period || row + 1 == y.rows.bound) return 0;  // the ends of the line have other neighbours
    const auto value = static_cast<float>(y(row, c));
    return value != 0 && value == static_cast<float>(y(row - period, c)) ? 1.0f : 0.0f;
  }
};

/// Counts numbers that are not 0.
struct NotZero {
  MatrixView<const __half> y;
  __device__ float operator()(std::int64_t row, std::int64_t c) const {
    return row <= period || row + 1 == y.rows.bound || static_cast<float>(y(row, c)) == 0 ? 0.0f : 1.0f;
  }
};

TEST_CASE("Rows of more than 2^31 numbers are convolved on the GPU like any others", "[cuda]") {
  Half device;
  constexpr std::int64_t rows = 1'100'000, wide = 2048, narrow = 8;
  static_assert(rows * wide > std::int64_t{1} << 31);
  std::vector<Site<1>> line;
  for (std::int32_t i = 0; i < rows; ++i) line.push_back({0, {i}});
  const auto sites = sites_of<1>(device, line);
  const auto rules = make_rules<1>(device, *sites, *sites, submanifold_window(Point<1>(3)));
  std::vector<float> ones;
  for (std::int64_t i = 0; i < 3 * wide * narrow; ++i) ones.push_back(static_cast<float>(i % 5 % 3 - 1));
  const auto weights = Matrix<Half, float>::from_host(device, 3, wide * narrow, std::span<const float>(ones));
  for (const auto& [in, out] : {std::pair(wide, narrow), {narrow, wide}}) {
    INFO(in << " to " << out << " channels");
    Matrix<Half> x(device, rows, in), y(device, rows, out);
    parallel_for(device, x.rows(), in, FillPeriodically{x.view()});
    convolve(device, x, prepare(device, weights, 3, 1, in, out), rules, Epilogue<float, __half>{}, y);
    Matrix<Half, float> same(device, 1, out), different_from_zero(device, 1, out);
    reduce(device, y.rows(), out, Segments{}, ComesAgain{std::as_const(y).view()}, same);
    reduce(device, y.rows(), out, Segments{}, NotZero{std::as_const(y).view()}, different_from_zero);
    CHECK(same.to_host() == different_from_zero.to_host());
    for (const float count : same.to_host()) CHECK(count > 0.3f * rows);
  }
}

}  // namespace large_test
