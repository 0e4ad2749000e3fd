// Tests of InputLayer against the oracle: all five ways with duplicates, and refused points.
#include "scn/layers/input_layer.hpp"

#include "catch.hpp"
#include "scn/geometry/point_lists.hpp"
#include "support/layer_cases.hpp"
#include "support/oracle_points.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::Duplicates;
using scn::InputLayer;
using scn::Point;
using scn::Site;

const std::vector<std::pair<Duplicates, oracle::Duplicates>> ways{{Duplicates::reject, oracle::Duplicates::reject},
                                                                  {Duplicates::first, oracle::Duplicates::first},
                                                                  {Duplicates::last, oracle::Duplicates::last},
                                                                  {Duplicates::sum, oracle::Duplicates::sum},
                                                                  {Duplicates::mean, oracle::Duplicates::mean}};

/// Points of samples 0 and 2, some at one site unless that is rejected.
std::vector<oracle::Site> random_points(int dimension, bool repeated) {
  oracle::Random random(static_cast<std::uint64_t>(dimension));
  std::vector<oracle::Site> sites;
  for (const auto& [site, row] : layer_cases::batch(3, dimension, 1)) sites.push_back(site);
  return repeated ? oracle::with_repetitions(random, sites) : sites;
}

/// points x channels numbers on the device, which need a gradient.
scn::Variable<Double> on_device(Double& device, const std::vector<double>& values, std::int64_t channels) {
  const auto rows = static_cast<std::int64_t>(values.size()) / channels;
  return scn::Variable<Double>(scn::Matrix<Double>::from_host(device, rows, channels, std::span<const double>(values)),
                               true);
}

TEST_CASE("InputLayer and its gradient are the oracle's for every way with duplicates in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const auto& [way, oracle_way] : ways) {
      INFO("way " << static_cast<int>(way));
      const auto points = random_points(D, way != Duplicates::reject);
      oracle::Random random(7);
      const auto values = oracle::random_reals(random, points.size() * 2);
      const auto features = on_device(device, values, 2);
      scn::Tape tape;
      const InputLayer<D, Double> layer(device, {}, way);
      const auto y = layer(std::span<const Site<D>>(library::points<D>(points)), features, {}, &tape);
      tape.backward(y.features, layer_cases::output_gradient(y.features));
      const auto rows = oracle::rows_of(values, 2);
      CHECK(oracle::difference(oracle::input_forward(points, rows, oracle_way), layer_cases::features(y),
                               layer_cases::tight) == "");
      CHECK(oracle::difference(oracle::flat(oracle::input_backward(points, layer_cases::gradient(y), oracle_way)),
                               layer_cases::numbers(features.gradient()), layer_cases::tight) == "");
      CHECK(y.samples() == 3);
    }
  });
}

TEST_CASE("InputLayer has the gradients of finite differences for every way with duplicates") {
  Double device;
  for (const auto& [way, oracle_way] : ways) {
    const auto points = library::points<2>(random_points(2, way != Duplicates::reject));
    const InputLayer<2, Double> layer(device, {}, way);
    const auto call = [&](const scn::Variable<Double>& features, scn::Tape* tape) {
      return layer(std::span<const Site<2>>(points), features, {}, tape);
    };
    oracle::Random random(7);
    const auto features = on_device(device, oracle::random_reals(random, points.size() * 2), 2);
    layer_cases::pass(call, features);
    CHECK(layer_cases::gradient_difference<Double>(
              {{"features", features}}, [&] { return layer_cases::weighted_sum(call, features, {}); }, 100) == "");
  }
}

TEST_CASE("InputLayer sums by default, and exactly in float on integers") {
  scn::Cpu device;
  const std::vector<Site<1>> points{{0, 5}, {0, 3}, {0, 5}};
  const auto y = InputLayer<1>(device)(points, std::vector<int>{1, 2, 4, 8, 16, 32});
  CHECK(layer_cases::features(y) == oracle::Features{{{0, {3}}, {4, 8}}, {{0, {5}}, {17, 34}}});
}

TEST_CASE("InputLayer gives no gradient to features of the host") {
  Double device;
  const std::vector<Site<1>> points{{0, 5}};
  const auto y = InputLayer<1, Double>(device)(points, std::vector<float>{1});
  CHECK_FALSE(y.features.needs_gradient());
}

TEST_CASE("InputLayer takes no points when told the samples and the channels") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    const auto y =
        InputLayer<D, Double>(device)(std::span<const Site<D>>(), std::vector<float>{}, {.samples = 4, .channels = 3});
    CHECK((y.rows().bound == 0 && y.samples() == 4 && y.channels() == 3));
  });
}

TEST_CASE("InputLayer takes no points without being told anything") {
  Double device;
  const auto y = InputLayer<2, Double>(device)(std::span<const Site<2>>(), std::vector<float>{});
  CHECK((y.rows().bound == 0 && y.samples() == 0 && y.channels() == 0));
}

TEST_CASE("InputLayer counts at least the samples it is told, and more where points say so") {
  Double device;
  const std::vector<Site<1>> points{{2, 5}};
  CHECK(InputLayer<1, Double>(device)(points, std::vector<float>{1}, {.samples = 5}).samples() == 5);
  CHECK(InputLayer<1, Double>(device)(points, std::vector<float>{1}, {.samples = 1}).samples() == 3);
}

TEST_CASE("Defect 30, mended: InputLayer counts the samples it is told where all points are of one sample",
          "[quirk 30]") {
  Double device;
  const auto points = scn::pad_with_batch_idx(std::vector<Point<2>>{{1, 2}, {3, 4}}, 0);
  CHECK(InputLayer<2, Double>(device)(points, std::vector<float>{1, 2}, {.samples = 3}).samples() == 3);
}

TEST_CASE("Defect 12, mended: InputLayer refuses points outside the extent, and takes all points without one",
          "[quirk 12]") {
  Double device;
  const std::vector<Site<1>> points{{0, -1}, {0, 9}};
  const std::vector<float> features{1, 2};
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          InputLayer<1, Double>{device, Point<1>(9)}(points, features);
        }) == "InputLayer<1>: point 0: site (-1) of sample 0 lies outside the extent (9)");
  CHECK(InputLayer<1, Double>(device)(points, features).rows().bound == 2);
}

TEST_CASE("InputLayer takes the whole int32 range without an extent") {
  Double device;
  const std::vector<Site<2>> points{{0, {2147483647, 0}}, {0, {-2147483647 - 1, -1}}};
  const auto y = InputLayer<2, Double>(device)(points, std::vector<float>{1, 2});
  CHECK(library::sites_of(*y.sites) == std::vector<oracle::Site>{{0, {-2147483647 - 1, -1}}, {0, {2147483647, 0}}});
}

TEST_CASE("InputLayer refuses sites outside the extent, and works afterwards") {
  Double device;
  const InputLayer<2, Double> layer(device, Point<2>{10, 5});
  const auto message_of = [&](const Site<2>& site) {
    const std::vector<Site<2>> points{{0, {9, 4}}, site};
    return thrown_message<scn::InvalidArgument>([&] { layer(points, std::vector<float>{1, 2}); });
  };
  CHECK(message_of({3, {2, 5}}) == "InputLayer<2>: point 1: site (2, 5) of sample 3 lies outside the extent (10, 5)");
  CHECK(message_of({0, {-1, 0}}) == "InputLayer<2>: point 1: site (-1, 0) of sample 0 lies outside the extent (10, 5)");
  CHECK(message_of({0, {9, 3}}) == "no exception");
}

TEST_CASE("InputLayer refuses a negative sample, and works afterwards") {
  Double device;
  const InputLayer<1, Double> layer(device);
  const std::vector<Site<1>> wrong{{-1, 0}}, right{{0, 0}};
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer(wrong, std::vector<float>{1}); }) ==
        "InputLayer<1>: point 0 has the negative sample index -1");
  CHECK(layer(right, std::vector<float>{1}).rows().bound == 1);
}

TEST_CASE("InputLayer refuses two points at one site under reject, and works afterwards") {
  Double device;
  const InputLayer<1, Double> layer(device, {}, Duplicates::reject);
  const std::vector<Site<1>> wrong{{1, 7}, {0, 7}, {1, 7}}, right{{1, 7}, {0, 7}};
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          layer(wrong, std::vector<float>{1, 2, 3});
        }) == "InputLayer<1>: points 0 and 2 are both at site (7) of sample 1, and duplicates are rejected");
  CHECK(layer(right, std::vector<float>{1, 2}).rows().bound == 2);
}

TEST_CASE("InputLayer refuses features that do not fit the points") {
  Double device;
  const InputLayer<1, Double> layer(device);
  const std::vector<Site<1>> points{{0, 1}, {0, 2}};
  const auto message_of = [&](std::span<const Site<1>> sites, std::size_t numbers, scn::Batch batch = {}) {
    return thrown_message<scn::InvalidArgument>([&] { layer(sites, std::vector<float>(numbers), batch); });
  };
  CHECK(message_of(points, 3) == "InputLayer<1>: 3 features do not fit 2 points");
  CHECK(message_of(points, 0) == "InputLayer<1>: 0 features do not fit 2 points");
  CHECK(message_of({}, 1) == "InputLayer<1>: 1 features do not fit 0 points");
  CHECK(message_of(points, 4, {.channels = 3}) == "InputLayer<1>: features have 2 channels, expected 3");
  CHECK(message_of(points, 4, {.channels = 2}) == "no exception");
}

TEST_CASE("InputLayer refuses rows of features on the device that are not one a point") {
  Double device;
  const std::vector<Site<1>> points{{0, 1}, {0, 2}};
  const InputLayer<1, Double> layer(device);
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          layer(std::span<const Site<1>>(points), on_device(device, {1, 2, 3}, 1));
        }) == "InputLayer<1>: 3 rows of features for 2 points");
}

TEST_CASE("InputLayer refuses negative samples and channels of a batch") {
  Double device;
  const InputLayer<1, Double> layer(device);
  const std::string expected = "InputLayer<1>: a batch has no negative samples or channels";
  const std::span<const Site<1>> none;
  for (const scn::Batch batch : {scn::Batch{.samples = -1}, scn::Batch{.channels = -2}}) {
    CHECK(thrown_message<scn::InvalidArgument>([&] { layer(none, std::vector<float>{}, batch); }) == expected);
    CHECK(thrown_message<scn::InvalidArgument>([&] { layer(none, on_device(device, {}, 1), batch); }) == expected);
  }
}

TEST_CASE("InputLayer refuses an extent that is not positive") {
  Double device;
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          InputLayer<2, Double>(device, Point<2>{4, 0});
        }) == "InputLayer<2>: the extent (4, 0) is not positive");
}

}  // namespace
