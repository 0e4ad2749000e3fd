// Tests of BLInputLayer against the oracle: padding, all five ways with duplicates, and refused lists.
#include "scn/layers/bl_input_layer.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/padded_lists.hpp"
#include "support/thrown_message.hpp"
#include "support/variables.hpp"

namespace {

using layer_cases::Double;
using padded_lists::Lists;
using scn::BLInputLayer;
using scn::Duplicates;
using scn::Point;

/// Two random numbers for every place of the lists, padding too.
template <int D>
scn::Variable<Double> features_for(Double& device, const Lists<D>& lists) {
  oracle::Random random(7);
  const auto rows = static_cast<std::int64_t>(lists.points.size());
  return variable_of(device, rows, 2, oracle::random_reals(random, lists.points.size() * 2));
}

TEST_CASE("BLInputLayer and its gradient are the oracle's without the padding, in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const auto& [way, oracle_way] : padded_lists::ways) {
      INFO("way " << static_cast<int>(way));
      const Lists<D> lists(way);
      const auto features = features_for(device, lists);
      scn::Tape tape;
      const BLInputLayer<D, Double> layer(device, Point<D>(9), way);
      const auto y = layer(std::span<const Point<D>>(lists.points), features, {.samples = 3}, &tape);
      tape.backward(y.features, layer_cases::output_gradient(y.features));
      const auto rows = lists.kept(oracle::rows_of(numbers_of(features.value()), 2));
      CHECK(oracle::difference(oracle::input_forward(lists.sites, rows, oracle_way), layer_cases::features(y),
                               layer_cases::tight) == "");
      const auto drows = oracle::input_backward(lists.sites, layer_cases::gradient(y), oracle_way);
      CHECK(oracle::difference(oracle::flat(lists.padded(drows, 2)), numbers_of(features.gradient()),
                               layer_cases::tight) == "");
      CHECK(y.samples() == 3);
    }
  });
}

TEST_CASE("BLInputLayer has the gradients of finite differences for every way with duplicates") {
  Double device;
  for (const auto& [way, oracle_way] : padded_lists::ways) {
    const Lists<2> lists(way);
    const BLInputLayer<2, Double> layer(device, {}, way);
    const auto call = [&](const scn::Variable<Double>& features, scn::Tape* tape) {
      return layer(std::span<const Point<2>>(lists.points), features, {.samples = 3}, tape);
    };
    const auto features = features_for(device, lists);
    layer_cases::pass(call, features);
    CHECK(layer_cases::gradient_difference<Double>(
              {{"features", features}}, [&] { return layer_cases::weighted_sum(call, features, {}); }, 100) == "");
  }
}

TEST_CASE("BLInputLayer takes features of the host, and sums by default") {
  scn::Cpu device;
  const std::vector<Point<1>> points{5, 3, 5, -1, 5, -1, 3, -7};
  const auto y = BLInputLayer<1>(device)(points, std::vector<int>{1, 2, 4, 8, 16, 32, 64, 128}, {.samples = 2});
  CHECK(layer_cases::features(y) ==
        oracle::Features{{{0, {3}}, {2}}, {{0, {5}}, {5}}, {{1, {3}}, {64}}, {{1, {5}}, {16}}});
  CHECK_FALSE(y.features.needs_gradient());
}

TEST_CASE("BLInputLayer takes lists of padding alone, and no points at all") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    const BLInputLayer<D, Double> layer(device, Point<D>(4));
    const std::vector<Point<D>> padding(6, Point<D>(-1));
    const auto none = layer(padding, std::vector<float>(12), {.samples = 3});
    CHECK((none.rows().bound == 0 && none.samples() == 3 && none.channels() == 2));
    const auto nothing = layer(std::span<const Point<D>>(), std::vector<float>(), {.samples = 4, .channels = 3});
    CHECK((nothing.rows().bound == 0 && nothing.samples() == 4 && nothing.channels() == 3));
  });
}

TEST_CASE("Only the first coordinate makes padding; without an extent the others may be negative") {
  Double device;
  const std::vector<Point<2>> points{{0, -5}, {-5, 0}};
  const auto y = BLInputLayer<2, Double>(device)(points, std::vector<float>{1, 2}, {.samples = 1});
  CHECK(layer_cases::features(y) == oracle::Features{{{0, {0, -5}}, {1}}});
}

TEST_CASE("BLInputLayer refuses points outside the extent, other negative coordinates among them, and works after it") {
  Double device;
  const BLInputLayer<2, Double> layer(device, Point<2>{5, 4});
  const auto message_of = [&](const Point<2>& point) {
    const std::vector<Point<2>> points{{-1, 0}, {1, 1}, {-1, 9}, point};
    return thrown_message<scn::InvalidArgument>([&] { layer(points, std::vector<float>(4), {.samples = 2}); });
  };
  CHECK(message_of({0, -1}) ==
        "BLInputLayer<2>, padding not counted: point 1: site (0, -1) of sample 1 lies outside the extent (5, 4)");
  CHECK(message_of({5, 0}) ==
        "BLInputLayer<2>, padding not counted: point 1: site (5, 0) of sample 1 lies outside the extent (5, 4)");
  CHECK(message_of({4, 3}) == "no exception");
}

TEST_CASE("BLInputLayer refuses two points at one site under reject, but not padding, and not in two samples") {
  Double device;
  const BLInputLayer<1, Double> layer(device, {}, Duplicates::reject);
  const auto message_of = [&](const std::vector<Point<1>>& points) {
    return thrown_message<scn::InvalidArgument>([&] { layer(points, std::vector<float>(6), {.samples = 2}); });
  };
  CHECK(message_of({-1, -1, 7, 7, -1, 7}) ==
        "BLInputLayer<1>, padding not counted: points 1 and 2 are both at site "
        "(7) of sample 1, and duplicates are rejected");
  CHECK(message_of({-1, -1, 7, -1, -1, 7}) == "no exception");
}

TEST_CASE("BLInputLayer refuses points that are not lists of one length, and features that do not fit") {
  Double device;
  const BLInputLayer<1, Double> layer(device);
  const auto message_of = [&](std::size_t points, std::size_t numbers, const scn::Batch& batch) {
    return thrown_message<scn::InvalidArgument>(
        [&] { layer(std::vector<Point<1>>(points), std::vector<float>(numbers), batch); });
  };
  CHECK(message_of(6, 6, {.samples = 4}) == "BLInputLayer<1>: 6 points are not 4 lists of one length");
  CHECK(message_of(6, 6, {}) == "BLInputLayer<1>: 6 points are not 0 lists of one length");
  CHECK(message_of(6, 7, {.samples = 3}) == "BLInputLayer<1>: 7 features do not fit 6 points");
  CHECK(message_of(6, 6, {.samples = 3, .channels = 2}) == "BLInputLayer<1>: features have 1 channels, expected 2");
  CHECK(message_of(0, 0, {.samples = -1}) == "BLInputLayer<1>: a batch has no negative samples or channels");
  CHECK(message_of(6, 12, {.samples = 3, .channels = 2}) == "no exception");
  const std::vector<Point<1>> points(2);
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          layer(points, variable_of(device, 3, 1, {1, 2, 3}), {.samples = 1});
        }) == "BLInputLayer<1>: 3 rows of features for 2 points");
}

TEST_CASE("BLInputLayer refuses more points than int32 can number before it reads one") {
  Double device;
  const BLInputLayer<1, Double> layer(device);
  const Point<1> point;
  const std::span<const Point<1>> points(&point, std::size_t{2147483647});
  CHECK(thrown_message<scn::LimitExceeded>([&] { layer(points, variable_of(device, 1, 1, {0}), {.samples = 1}); }) ==
        "BLInputLayer<1>: a batch holds at most 2147483646 points, got 2147483647");
}

TEST_CASE("BLInputLayer refuses an extent that is not positive") {
  Double device;
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          BLInputLayer<2, Double>(device, Point<2>{0, 4});
        }) == "BLInputLayer<2>: the extent (0, 4) is not positive");
}

}  // namespace
