// Tests of two sums in one pass: those of a device without a way of its own, and the CPU's, are those of two
// reductions.
#include "scn/core/reduce_pair.hpp"

#include <array>
#include <vector>

#include "catch.hpp"
#include "scn/cpu/device.hpp"

namespace {

using namespace scn;

/// An element's row number and the square of it plus the channel.
struct RowAndSquare {
  constexpr Pair<double> operator()(std::int64_t row, std::int64_t c) const {
    const auto number = static_cast<double>(row);
    return {number, number * number + static_cast<double>(c)};
  }
};

using Double = CpuDevice<double>;

TEST_CASE("Two sums over rows are those of two reductions, for every number of rows and channels", "[core]") {
  for (const std::int64_t rows : {0, 1, 1024, 5000})
    for (const std::int64_t channels : {1, 3, 70}) {
      Double device;
      Matrix<Double, double> first(device, 1, channels), second(device, 1, channels), plain(device, 1, channels);
      reduce_pair(device, Rows{rows}, channels, RowAndSquare{}, first, second);
      reduce(device, Rows{rows}, channels, Segments{}, scn::detail::FirstTerm<RowAndSquare>{}, plain);
      CHECK(first.to_host() == plain.to_host());
      reduce(device, Rows{rows}, channels, Segments{}, scn::detail::SecondTerm<RowAndSquare>{}, plain);
      CHECK(second.to_host() == plain.to_host());
      const auto n = static_cast<double>(rows);
      CHECK(first.to_host().back() == n * (n - 1) / 2);
      CHECK(second.to_host()[0] == (n - 1) * n * (2 * n - 1) / 6);
    }
}

TEST_CASE("A device without a pair of sums of its own makes two reductions", "[core]") {
  Double device;
  Matrix<Double, double> first(device, 1, 2), second(device, 1, 2);
  scn::reduce_pair<Double, RowAndSquare, double>(device, Rows{3}, 2, RowAndSquare{}, first, second);
  CHECK(first.to_host() == std::vector<double>{3, 3});
  CHECK(second.to_host() == std::vector<double>{5, 8});
}

}  // namespace
