// Tests that one header brings every primitive of the device contract, found without naming where it lives.
#include "scn/cpu/cpu.hpp"

#include <optional>
#include <span>
#include <vector>

#include "catch.hpp"

namespace {

/// Every primitive as a layer calls it: unqualified, outside the library's namespace, with the device first.
template <class Dev>
std::vector<double> down_and_linear(Dev& device) {
  using Numbers = scn::Matrix<Dev>;
  const std::vector<scn::Site<2>> points{{0, {0, 0}}, {0, {1, 1}}, {0, {2, 0}}, {0, {1, 1}}};
  const scn::Buffer<scn::Site<2>, Dev> buffer(device, std::span<const scn::Site<2>>(points));
  const auto input = make_sites<2>(device, buffer, std::optional(scn::Point<2>(4)), 1, scn::Duplicates::sum);
  const auto window = scn::strided_window(scn::Point<2>(2), scn::Point<2>(2));
  const auto coarse =
      reach<2>(device, *input.sites, window, std::optional(scn::output_extent(scn::Point<2>(4), window)));
  const auto rules = make_rules<2>(device, *input.sites, coarse, window);
  const auto back = transpose(device, rules);
  const std::vector<double> ones(3, 1.0), kernel{1, 10, 100, 1000}, factor{2};
  const auto x = Numbers::from_host(device, 3, 1, std::span<const double>(ones));
  const auto parameter = Numbers::from_host(device, 4, 1, std::span<const double>(kernel));
  const auto w = Numbers::from_host(device, 1, 1, std::span<const double>(factor));
  const auto weights = prepare(device, parameter, 4, 1, 1, 1);
  Numbers y(device, coarse.count(), 1), scaled(device, coarse.count(), 1), fine(device, 3, 1), sum(device, 1, 1);
  convolve(device, x, weights, rules, scn::Epilogue<typename Dev::Accumulator>{}, y);
  multiply(device, y, w, scn::Epilogue<typename Dev::Accumulator>{}, scaled);
  convolve_backward_input(device, scaled, weights, back, fine, scn::Write::assign);
  reduce(
      device, fine.rows(), 1, scn::Segments{}, [v = fine.view()](auto row, auto c) { return v(row, c); }, sum);
  parallel_for(device, sum.rows(), [v = sum.view()](auto row) { v(row, 0) += 1; });
  synchronize(device);
  std::vector<double> result;
  for (const auto* matrix : {&y, &scaled, &fine, &sum})
    for (const auto value : matrix->to_host()) result.push_back(static_cast<double>(value));
  return result;
}

TEST_CASE("One header supplies all primitives of the device", "[cpu]") {
  scn::Cpu device;
  // Site (0, 0) sees (0, 0) and (1, 1) through taps 0 and 3, site (1, 0) sees (2, 0) through tap 0.
  CHECK(down_and_linear(device) == std::vector<double>{1001, 1, 2002, 2, 2002, 2002000, 2, 2004005});
}

}  // namespace
