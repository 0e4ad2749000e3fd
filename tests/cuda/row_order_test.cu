// Tests of the order that rows have in maps of the GPU.
#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "catch.hpp"
#include "cuda/support/both_devices.cuh"
#include "cuda/support/uploaded_rules.cuh"
#include "scn/cuda/convolution.cuh"
#include "scn/cuda/parallel.cuh"

namespace row_order_test {

using namespace scn;
using Half = CudaDevice<__half>;

/// Points of a rough surface, so that rows have many different sets of taps.
std::vector<Site<3>> surface(std::int32_t side) {
  std::vector<Site<3>> points;
  for (std::int32_t x = 0; x < side; ++x)
    for (std::int32_t y = 0; y < side; ++y) points.push_back({0, {x, y, (x * 7919 + y * 104729) % 1009 % 3}});
  return points;
}

template <class Dev>
auto make_input(Dev& device, const std::vector<Site<3>>& points) {
  return library::make_input<3>(device, points);
}

/// The taps of every row: bit k for tap k.
std::vector<std::uint32_t> taps_of_rows(const std::vector<Rule>& pairs, std::int64_t rows) {
  std::vector<std::uint32_t> taps(static_cast<std::size_t>(rows));
  for (const Rule& rule : pairs) taps[static_cast<std::size_t>(rule.out)] |= 1u << rule.tap;
  return taps;
}

TEST_CASE("Rows of a large map on the GPU are ordered by the four rarest of their taps", "[cuda]") {
  Cuda device;
  const auto input = make_input(device, surface(150));
  const auto rules = make_rules<3>(device, *input.sites, *input.sites, submanifold_window(Point<3>(3)));
  REQUIRE(rules.row != nullptr);
  const auto taps = taps_of_rows(rules.pairs(), rules.outputs);
  std::vector<std::int64_t> counts(27);
  for (const std::uint32_t word : taps)
    for (std::size_t tap = 0; tap < 27; ++tap) counts[tap] += word >> tap & 1;
  std::vector<std::size_t> rarest_last(27);
  for (std::size_t tap = 0; tap < 27; ++tap) rarest_last[tap] = tap;
  std::stable_sort(rarest_last.begin(), rarest_last.end(),
                   [&](std::size_t a, std::size_t b) { return counts[a] > counts[b]; });
  const auto key = [&](std::int32_t row) {
    std::uint32_t bits = 0;
    for (std::size_t bit = 0; bit < 27; ++bit)
      bits |= (taps[static_cast<std::size_t>(row)] >> rarest_last[bit] & 1) << bit;
    while (std::popcount(bits) > 4) bits &= bits - 1;
    return std::pair(bits, row);
  };
  auto rows = parity::on_host(rules.row, rules.tiles * scn::gpu::tile_rows);
  rows.resize(static_cast<std::size_t>(rules.outputs));
  CHECK(std::is_sorted(rows.begin(), rows.end(), [&](std::int32_t a, std::int32_t b) { return key(a) < key(b); }));
  CHECK(std::ranges::max(counts) > 2 * std::ranges::min(counts));
}

TEST_CASE("Large maps on the GPU, ordered in blocks of rows or as a whole, are those of the CPU, ways back too",
          "[cuda]") {
  Cuda device;
  for (const std::int32_t side : {150, 460}) {
    const auto sites = parity::both<3>(device, surface(side));
    parity::check_submanifold<3>(device, sites, submanifold_window(Point<3>(3)));
    parity::check_strided<3>(device, sites, strided_window(Point<3>(2), Point<3>(2)));
    parity::check_strided<3>(device, sites, strided_window(Point<3>(3), Point<3>(2)));
  }
}

TEST_CASE("A large map on the GPU has the same bytes from run to run", "[cuda]") {
  Cuda device;
  const auto input = make_input(device, surface(460));
  const auto lists = [&] {
    const auto rules = make_rules<3>(device, *input.sites, *input.sites, submanifold_window(Point<3>(3)));
    return std::pair(parity::on_host(rules.in, rules.length),
                     parity::on_host(rules.row, rules.tiles * scn::gpu::tile_rows));
  };
  const auto first = lists();
  for (int repetition = 0; repetition < 20; ++repetition) REQUIRE(lists() == first);
}

/// Different for each row and channel, and small.
struct Drawn {
  MatrixView<__half> to;
  std::uint64_t draw;

  static constexpr float value(std::uint64_t draw, std::int64_t row, std::int64_t c) {
    const std::uint64_t mixed =
        (static_cast<std::uint64_t>(row) * 64 + static_cast<std::uint64_t>(c) + draw) * 0x9E3779B97F4A7C15u;
    return static_cast<float>(mixed >> 60) - 7.5f;
  }
  __device__ void operator()(std::int64_t row, std::int64_t c) const { to(row, c) = __float2half(value(draw, row, c)); }
};

Matrix<Half> drawn(Half& device, std::int64_t rows, std::uint64_t draw) {
  Matrix<Half> matrix(device, rows, 64);
  parallel_for(device, matrix.rows(), 64, Drawn{matrix.view(), draw});
  return matrix;
}

constexpr std::uint64_t of_x = 1, of_dy = 2;

float weight_at(std::int64_t tap, std::int64_t i, std::int64_t j) {
  return static_cast<float>((tap * 31 + i * 7 + j) % 5 - 2) / 64;
}

/// Input and output gradients, weights and results of a convolution of 64 channels.
struct Layer {
  Matrix<Half> x, dy, y, dx;
  Matrix<Half, float> weight, dweight;

  Layer(Half& device, const scn::gpu::Rules& rules)
      : x(drawn(device, rules.inputs, of_x)),
        dy(drawn(device, rules.outputs, of_dy)),
        y(device, rules.outputs, 64),
        dx(device, rules.inputs, 64),
        dweight(device, rules.taps, 64 * 64) {
    std::vector<float> values;
    for (std::int64_t tap = 0; tap < rules.taps; ++tap)
      for (std::int64_t i = 0; i < 64; ++i)
        for (std::int64_t j = 0; j < 64; ++j) values.push_back(weight_at(tap, i, j));
    weight = Matrix<Half, float>::from_host(device, rules.taps, 64 * 64, std::span<const float>(values));
    const auto weights = prepare(device, weight, rules.taps, 1, 64, 64);
    convolve(device, x, weights, rules, {}, y);
    convolve_backward_input(device, dy, weights, transpose(device, rules), dx, Write::assign);
    convolve_backward_weight(device, x, dy, rules, 1, dweight, Write::assign);
  }
};

TEST_CASE("The order of rows shows in no output of a convolution on the GPU", "[cuda]") {
  Half device;
  Cpu cpu;
  const auto window = submanifold_window(Point<3>(3));
  const auto input = make_input(device, surface(150));
  const auto expected = make_input(cpu, surface(150));
  const auto rules = make_rules<3>(device, *input.sites, *input.sites, window);
  const auto as_they_are = parity::upload_rules(device, make_rules<3>(cpu, *expected.sites, *expected.sites, window));
  REQUIRE((rules.row != nullptr && as_they_are.row == nullptr));
  const Layer ordered(device, rules), plain(device, as_they_are);
  const auto same = [](const auto& a, const auto& b) {
    const auto bytes = [](const auto& matrix) {
      std::vector<float> values;
      for (const __half value : matrix.to_host()) values.push_back(__half2float(value));
      return values;
    };
    return bytes(a) == bytes(b);
  };
  CHECK(same(ordered.y, plain.y));
  CHECK(same(ordered.dx, plain.dx));
}

}  // namespace row_order_test
