// Tests of products over rows against the oracle's linear layer, and of their bits.
#include "scn/cpu/multiply.hpp"

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>
#include <vector>

#include "catch.hpp"
#include "scn/core/bfloat16.hpp"
#include "support/comparison.hpp"
#include "support/instruction_sets.hpp"
#include "support/oracle_convolution.hpp"
#include "support/random_cases.hpp"

namespace {

using namespace scn;
using Double = CpuDevice<double>;
using Numbers = std::vector<double>;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct Case {
  std::size_t rows = 0;
  oracle::Linear layer;
  Numbers x, dy;
};

Case make_case(std::size_t rows, std::size_t in, std::size_t out, bool whole = true) {
  oracle::Random random(rows + in + out);
  const auto drawn = [&](std::size_t count) {
    return whole ? oracle::random_integers(random, count) : oracle::random_reals(random, count);
  };
  return {rows, {in, out, drawn(in * out), drawn(out)}, drawn(rows * in), drawn(rows * out)};
}

struct Result {
  Numbers y, dx, dweight;
  bool operator==(const Result&) const = default;
};

template <class Dev, class T = typename Dev::Scalar>
Matrix<Dev, T> matrix(Dev& device, std::size_t rows, std::size_t channels, const Numbers& values, T = {}) {
  return Matrix<Dev, T>::from_host(device, static_cast<std::int64_t>(rows), static_cast<std::int64_t>(channels),
                                   std::span<const double>(values));
}

/// What the library makes of a case, gradients added to `before` where that is a number.
template <class Dev = Double>
Result run(const Case& of, int threads = 2, double before = nan, Instructions set = Instructions::automatic) {
  using A = typename Dev::Accumulator;
  Dev device{.threads = threads, .instructions = set};
  const auto& layer = of.layer;
  const auto w = matrix(device, layer.in, layer.out, layer.weight, A{}),
             bias = matrix(device, 1, layer.out, layer.bias, A{});
  const auto x = matrix(device, of.rows, layer.in, of.x), dy = matrix(device, of.rows, layer.out, of.dy);
  auto y = matrix(device, of.rows, layer.out, Numbers(of.dy.size(), nan));
  auto dx = matrix(device, of.rows, layer.in, Numbers(of.x.size(), before));
  auto dw = matrix(device, layer.in, layer.out, Numbers(layer.weight.size(), before), A{});
  const Write write = std::isnan(before) ? Write::assign : Write::add;
  multiply(device, x, w, Epilogue<A, typename Dev::Scalar>{bias.view().data}, y);
  multiply_backward_input(device, dy, w, dx, write);
  multiply_backward_weight(device, x, dy, dw, write);
  const auto doubles = [](const auto& values) { return Numbers(values.begin(), values.end()); };
  return {doubles(y.to_host()), doubles(dx.to_host()), doubles(dw.to_host())};
}

Result expected(const Case& of) {
  std::vector<oracle::Site> sites;
  for (std::size_t row = 0; row < of.rows; ++row) sites.push_back({0, {static_cast<std::int32_t>(row)}});
  const auto x = oracle::features_of(sites, oracle::rows_of(of.x, of.layer.in));
  const auto dy = oracle::features_of(sites, oracle::rows_of(of.dy, of.layer.out));
  const auto backward = oracle::linear_backward(of.layer, x, dy);
  return {oracle::flat(oracle::rows_at(oracle::linear(of.layer, x), sites)),
          oracle::flat(oracle::rows_at(backward.dx, sites)), backward.dweight};
}

TEST_CASE("Products over whole numbers are exact for any number of rows", "[cpu][COR-09]") {
  for (const std::size_t rows : std::initializer_list<std::size_t>{1, 31, 32, 33, 4096, 4097, 9000}) {
    const Case made = make_case(rows, 3, 5);
    for (const auto& [name, set] : instruction_sets()) {
      INFO(name << ", " << rows << " rows");
      CHECK(run(made, 2, nan, set) == expected(made));
    }
  }
}

TEST_CASE("Products over whole numbers are exact for channels of all lengths", "[cpu][RC-28]") {
  for (const std::size_t in : std::initializer_list<std::size_t>{1, 2, 7, 16, 33})
    for (const std::size_t out : std::initializer_list<std::size_t>{1, 4, 13, 65}) {
      const Case made = make_case(40, in, out);
      for (const auto& [name, set] : instruction_sets()) {
        INFO(name << ", " << in << " to " << out);
        CHECK(run(made, 2, nan, set) == expected(made));
      }
    }
}

Numbers rounded(Numbers values) {
  for (double& value : values) value = static_cast<double>(bfloat16(value));
  return values;
}

TEST_CASE("Products of whole numbers in bfloat16 are exact but for the rounding of what is stored", "[cpu][COR-09]") {
  for (const std::size_t rows : std::initializer_list<std::size_t>{1, 33, 4097})
    for (const std::size_t in : std::initializer_list<std::size_t>{1, 2, 33})
      for (const std::size_t out : std::initializer_list<std::size_t>{1, 16, 65}) {
        const Case made = make_case(rows, in, out);
        Result right = expected(made);
        right.y = rounded(right.y);
        right.dx = rounded(right.dx);
        for (const auto& [name, set] : instruction_sets()) {
          INFO(name << ", " << rows << " rows, " << in << " to " << out);
          CHECK(run<CpuDevice<bfloat16>>(made, 2, nan, set) == right);
        }
      }
}

TEST_CASE("Products are those of the oracle's linear layer to 1e-12", "[cpu][COR-09]") {
  const Case made = make_case(5000, 24, 17, false);
  const Result seen = run(made), right = expected(made);
  CHECK(oracle::difference(right.y, seen.y, {.of_largest = 1e-12}) == "");
  CHECK(oracle::difference(right.dx, seen.dx, {.of_largest = 1e-12}) == "");
  CHECK(oracle::difference(right.dweight, seen.dweight, {.of_largest = 1e-12}) == "");
}

TEST_CASE("Without a shift the sum stands alone", "[cpu]") {
  Double device;
  const auto x = matrix(device, 2, 2, {1, 2, 3, 4}), w = matrix(device, 2, 1, {10, 1});
  auto y = matrix(device, 2, 1, {nan, nan});
  multiply(device, x, w, {}, y);
  CHECK(y.to_host() == Numbers{12, 34});
}

TEST_CASE("A shift, a residual and a slope are applied to each row of a product", "[cpu]") {
  for (const auto& [name, set] : instruction_sets()) {
    INFO(name);
    Double device{.instructions = set};
    const auto x = matrix(device, 2, 2, {1, 2, 3, 4}), w = matrix(device, 2, 2, {10, -1, 1, -1});
    const auto shift = matrix(device, 1, 2, {100, 5}), residual = matrix(device, 2, 2, {-1, 2, -200, 6});
    auto y = matrix(device, 2, 2, {nan, nan, nan, nan});
    multiply(device, x, w, {shift.view().data, residual.view(), 0.5}, y);
    CHECK(y.to_host() == Numbers{111, 4, -33, 4});
  }
}

TEST_CASE("Gradients of a product are added to what is there where that is asked", "[cpu][GRD-03]") {
  const Case made = make_case(100, 4, 6);
  Result right = expected(made);
  for (double& value : right.dx) value += 3;
  for (double& value : right.dweight) value += 3;
  CHECK(run(made, 2, 3) == right);
}

TEST_CASE("Products have the same bits with 1, 2 and 7 threads", "[cpu][DET]") {
  const Case made = make_case(9000, 13, 9, false);
  const Result one = run(made, 1);
  CHECK(run(made, 2) == one);
  CHECK(run(made, 7) == one);
}

/// One row of row-major numbers.
Numbers row_of(const Numbers& values, std::size_t row, std::size_t channels) {
  return oracle::rows_of(values, channels)[row];
}

TEST_CASE("A row's bits do not depend on the rows around it", "[cpu][PRP-06]") {
  const Case made = make_case(70, 13, 9, false);
  const Result all = run(made);
  for (const std::size_t row : std::initializer_list<std::size_t>{0, 31, 45, 69}) {
    Case one = made;
    one.rows = 1;
    one.x = row_of(made.x, row, 13);
    one.dy = row_of(made.dy, row, 9);
    const Result seen = run(one);
    CHECK(seen.y == row_of(all.y, row, 9));
    CHECK(seen.dx == row_of(all.dx, row, 13));
  }
}

TEST_CASE("What is not a number stays in its row and in the weights of its channel", "[cpu][NUM]") {
  Case made = make_case(70, 4, 3);
  made.x[50 * 4 + 1] = nan;
  const Result seen = run(made), clean = run(make_case(70, 4, 3));
  for (std::size_t i = 0; i < seen.y.size(); ++i) CHECK(std::isnan(seen.y[i]) == (i / 3 == 50));
  for (std::size_t i = 0; i < seen.dweight.size(); ++i) CHECK(std::isnan(seen.dweight[i]) == (i / 3 == 1));
  CHECK(seen.dx == clean.dx);
}

TEST_CASE("A product of no rows has no rows, and a weight gradient of zero", "[cpu][LIM-01][GRD-04]") {
  const Case made = make_case(0, 4, 3);
  CHECK(run(made).y.empty());
  CHECK(run(made).dweight == Numbers(12, 0.0));
  CHECK(run(made, 2, 5).dweight == Numbers(12, 5.0));
}

}  // namespace
