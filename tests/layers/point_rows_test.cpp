// Tests of the way between points and rows that input and output layers share, points without a site included.
#include "scn/layers/point_rows.hpp"

#include <memory>
#include <span>
#include <vector>

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/variables.hpp"

namespace {

using layer_cases::Double;
using scn::Duplicates;
using Map = scn::PointMap<Double>;

template <class T>
scn::Buffer<T, Double> buffer(Double& device, const std::vector<T>& values) {
  return {device, std::span<const T>(values)};
}

/// Six points on the line: 0 and 4 and 5 at site 3, 2 at site 7, 1 and 3 nowhere.
std::shared_ptr<const Map> map_with_gaps(Double& device, Duplicates duplicates) {
  return std::make_shared<const Map>(Map{duplicates, buffer<std::int32_t>(device, {0, -1, 1, -1, 0, 0}),
                                         buffer<std::int32_t>(device, {0, 4, 5, 2}),
                                         buffer<std::int64_t>(device, {0, 3, 4})});
}

/// The features of the two sites and the gradient of the points, for 1, 2, 4, ... on points and 10, 100 on sites.
std::vector<std::vector<double>> merged(Duplicates duplicates) {
  Double device;
  const scn::InputSites<1, Double> input{library::make_sites<1>(device, oracle::SiteSet{{0, {3}}, {0, {7}}}),
                                         map_with_gaps(device, duplicates)};
  const auto points = variable_of(device, 6, 1, {1, 2, 4, 8, 16, 32});
  scn::Tape tape;
  const auto y = scn::detail::merge_points(input, points, &tape);
  tape.backward(y.features, scn::Matrix<Double>::from_host(device, 2, 1, std::span<const double>({12.0, 100.0})));
  return {numbers_of(y.features.value()), numbers_of(points.gradient())};
}

/// The rows of the points and the gradient of the sites, for 10, 100 on sites and 1, 2, 4, ... on points.
std::vector<std::vector<double>> spread(Duplicates duplicates) {
  Double device;
  const auto x = variable_of(device, 2, 1, {10, 100});
  scn::Tape tape;
  const auto y = scn::detail::rows_of_points(x, map_with_gaps(device, duplicates), &tape);
  const std::vector<double> dy{1, 2, 4, 8, 16, 32};
  tape.backward(y, scn::Matrix<Double>::from_host(device, 6, 1, std::span<const double>(dy)));
  return {numbers_of(y.value()), numbers_of(x.gradient())};
}

TEST_CASE("Points without a site add nothing to rows and get no gradient") {
  CHECK(merged(Duplicates::sum) == std::vector<std::vector<double>>{{49, 4}, {12, 0, 100, 0, 12, 12}});
  CHECK(merged(Duplicates::mean) == std::vector<std::vector<double>>{{49.0 / 3, 4}, {4, 0, 100, 0, 4, 4}});
  CHECK(merged(Duplicates::first) == std::vector<std::vector<double>>{{1, 4}, {12, 0, 100, 0, 0, 0}});
  CHECK(merged(Duplicates::last) == std::vector<std::vector<double>>{{32, 4}, {0, 0, 100, 0, 0, 12}});
}

TEST_CASE("Points without a site get zeros and send no gradient back") {
  CHECK(spread(Duplicates::sum) == std::vector<std::vector<double>>{{10, 0, 100, 0, 10, 10}, {49, 4}});
  CHECK(spread(Duplicates::mean) == std::vector<std::vector<double>>{{10, 0, 100, 0, 10, 10}, {49, 4}});
  CHECK(spread(Duplicates::first) == std::vector<std::vector<double>>{{10, 0, 100, 0, 0, 0}, {1, 4}});
  CHECK(spread(Duplicates::last) == std::vector<std::vector<double>>{{0, 0, 100, 0, 0, 10}, {32, 4}});
}

TEST_CASE("Gradients of points and of sites are added to what is there") {
  Double device;
  const auto points = variable_of(device, 1, 1, {5});
  const auto input = library::make_input<1>(device, {{0, 3}});
  scn::Tape tape;
  const auto a = scn::detail::merge_points(input, points, &tape), b = scn::detail::merge_points(input, points, &tape);
  const auto y = scn::detail::rows_of_points(a.features, input.points, &tape);
  give_gradient(b.features, {2});
  give_gradient(a.features, {4});
  tape.backward(y, scn::Matrix<Double>::from_host(device, 1, 1, std::span<const double>({8.0})));
  CHECK(numbers_of(points.gradient()) == std::vector<double>{14});
}

}  // namespace
