// Tests of batches collected location by location, against a plain map from sites to features.
#include "scn/tensor/input_batch.hpp"

#include <limits>
#include <span>
#include <string>
#include <vector>

#include "catch.hpp"
#include "scn/cpu/sites.hpp"
#include "support/library.hpp"
#include "support/random_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using namespace scn;

/// Channels by site.
template <int D>
oracle::Features features(const SparseTensor<D>& x) {
  const std::vector<float> values = x.features.value().to_host();
  const auto sites = library::sites_of(*x.sites);
  if (values.empty()) return oracle::zeros(sites, 0);
  return oracle::features_of(sites, oracle::rows_of(values, values.size() / sites.size()));
}

TEST_CASE("Locations keep their features, or the last that overwrite, whichever the call says", "[tensor]") {
  Cpu device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    oracle::Random random(D);
    InputBatch<D> batch(Point<D>(4));
    oracle::Features expected;
    for (std::int32_t sample = 0; sample < 2; ++sample) {
      batch.add_sample();
      for (int call = 0; call < 30; ++call) {
        oracle::Site site{sample, oracle::Coordinates(D, 0)};
        site.at[static_cast<std::size_t>(D - 1)] = static_cast<std::int32_t>(random.integer(0, 3));
        site.at[0] = static_cast<std::int32_t>(random.integer(0, 3));
        const bool overwrite = random.integer(0, 1) == 1;
        const std::vector<float> row{static_cast<float>(call), static_cast<float>(-call)};
        batch.set_location(oracle::as<Site<D>>(site).at, row, overwrite ? Existing::overwrite : Existing::keep);
        if (overwrite || expected.count(site) == 0) expected[site] = oracle::Channels(row.begin(), row.end());
      }
    }
    const SparseTensor<D> x = batch.sparse_tensor(device);
    CHECK(features(x) == expected);
    CHECK(x.extent() == Point<D>(4));
    CHECK(x.samples() == 2);
  });
}

TEST_CASE("A batch may go on after it has become a tensor, which stays as it was", "[tensor]") {
  Cpu device;
  InputBatch<1> batch(5);
  batch.add_sample();
  batch.set_location(3, std::vector<float>{1});
  const auto before = batch.sparse_tensor(device);
  batch.set_location(3, std::vector<float>{2}, Existing::overwrite);
  CHECK(features(before) == oracle::Features{{{0, {3}}, {1}}});
  CHECK(features(batch.sparse_tensor(device)) == oracle::Features{{{0, {3}}, {2}}});
}

TEST_CASE("Defect 21, mended: locations in one call go to the current sample, which is the last",
          "[tensor][quirk 21]") {
  Cpu device;
  InputBatch<2> batch({3, 3});
  batch.add_sample();
  batch.add_sample();
  batch.set_locations(std::vector<Point<2>>{{0, 1}, {2, 2}}, std::vector<float>{1, 2, 3, 4});
  CHECK(features(batch.sparse_tensor(device)) == oracle::Features{{{1, {0, 1}}, {1, 2}}, {{1, {2, 2}}, {3, 4}}});
}

TEST_CASE("A batch grows to the highest sample that a site names, which becomes the current one", "[tensor]") {
  Cpu device;
  InputBatch<1> batch(5);
  batch.set_locations(std::vector<Site<1>>{{3, 4}, {1, 0}}, std::vector<float>{1, 2});
  batch.set_location(0, std::vector<float>{3});
  const auto x = batch.sparse_tensor(device);
  CHECK(features(x) == oracle::Features{{{1, {0}}, {2}}, {{3, {0}}, {3}}, {{3, {4}}, {1}}});
  CHECK((x.samples() == 4 && batch.samples() == 4));
}

TEST_CASE("A dense tensor becomes a sample: the cells above the threshold that lie inside", "[tensor]") {
  Cpu device;
  InputBatch<1> batch(8);
  batch.add_sample_from_tensor(std::vector<float>{1, -0.5f, 0.2f, 0, 2}, 5, 5, 0.3f);
  CHECK(features(batch.sparse_tensor(device)) == oracle::Features{{{0, {5}}, {1}}, {{0, {6}}, {-0.5}}});
}

TEST_CASE("Cells of a dense tensor are row-major with the channels fastest, and may lie before the first", "[tensor]") {
  Cpu device;
  InputBatch<2> batch({2, 2});
  std::vector<float> tensor(2 * 3 * 2);
  tensor[0] = 9;                    // cell (0, 0), which lies outside
  tensor[(1 * 3 + 1) * 2 + 1] = 5;  // cell (1, 1), channel 1
  tensor[(1 * 3 + 2) * 2] = 7;      // cell (1, 2), channel 0
  batch.add_sample();
  batch.add_sample_from_tensor(tensor, {2, 3}, {-1, -1});
  const auto x = batch.sparse_tensor(device);
  CHECK(features(x) == oracle::Features{{{1, {0, 0}}, {0, 5}}, {{1, {0, 1}}, {7, 0}}});
  CHECK(x.samples() == 2);
}

TEST_CASE("The threshold is not reached by its own value, nor by NaN", "[tensor]") {
  Cpu device;
  InputBatch<1> batch(4);
  batch.add_sample_from_tensor(std::vector<float>{0.5f, std::numeric_limits<float>::quiet_NaN(), -0.75f}, 3, 0, 0.5f);
  CHECK(features(batch.sparse_tensor(device)) == oracle::Features{{{0, {2}}, {-0.75}}});
}

TEST_CASE("Offsets beyond int32 leave every cell outside instead of wrapping", "[tensor]") {
  Cpu device;
  InputBatch<1> batch(4);
  batch.add_sample_from_tensor(std::vector<float>{1, 1, 1}, 3, std::numeric_limits<std::int32_t>::max());
  CHECK(batch.sparse_tensor(device).rows().bound == 0);
}

TEST_CASE("A batch without samples or locations is an ordinary tensor", "[tensor]") {
  Cpu device;
  library::for_each_dimension<4>([&](auto dimension) {
    InputBatch<dimension> batch(Point<dimension>(3));
    CHECK(batch.sparse_tensor(device).samples() == 0);
    batch.add_sample();
    batch.set_locations(std::span<const Point<dimension>>(), {});
    const auto x = batch.sparse_tensor(device);
    CHECK((x.rows().bound == 0 && x.samples() == 1 && x.channels() == 0));
  });
}

TEST_CASE("A tensor without active cells still tells its channels", "[tensor]") {
  Cpu device;
  InputBatch<1> batch(3);
  batch.add_sample_from_tensor(std::vector<float>(6), 3);
  CHECK(batch.sparse_tensor(device).channels() == 2);
}

TEST_CASE("Locations outside, negative samples and a missing sample are refused, and nothing is added", "[tensor]") {
  Cpu device;
  InputBatch<2> batch({3, 4});
  const std::vector<float> one{1}, two{1, 2};
  const auto of_points = [&](const std::vector<Point<2>>& points) {
    return thrown_message<InvalidArgument>([&] { batch.set_locations(points, two); });
  };
  const auto of_sites = [&](const std::vector<Site<2>>& sites) {
    return thrown_message<InvalidArgument>([&] { batch.set_locations(sites, two); });
  };
  CHECK(thrown_message<InvalidArgument>([&] {
          batch.set_location({0, 0}, one);
        }) == "InputBatch<2>: there is no sample yet, call add_sample() first");
  CHECK(of_sites({{7, {0, 0}}, {1, {3, 0}}}) ==
        "InputBatch<2>: location (3, 0) of sample 1 lies outside the spatial size (3, 4)");
  CHECK(of_sites({{7, {0, 0}}, {-1, {0, 0}}}) == "InputBatch<2>: location (0, 0) has the negative sample index -1");
  CHECK(batch.samples() == 0);
  batch.add_sample();
  CHECK(of_points({{0, 0}, {0, 4}}) ==
        "InputBatch<2>: location (0, 4) of sample 0 lies outside the spatial size (3, 4)");
  CHECK(of_points({{0, 0}, {0, -1}}) ==
        "InputBatch<2>: location (0, -1) of sample 0 lies outside the spatial size (3, 4)");
  CHECK(batch.sparse_tensor(device).rows().bound == 0);
  CHECK(of_points({{0, 0}, {2, 3}}) == "no exception");
}

TEST_CASE("Features that do not fit the locations or those before are refused, and nothing is added", "[tensor]") {
  Cpu device;
  InputBatch<1> batch(4);
  batch.add_sample();
  const auto message_of = [&](std::size_t points, std::size_t numbers) {
    return thrown_message<InvalidArgument>(
        [&] { batch.set_locations(std::vector<Point<1>>(points), std::vector<float>(numbers)); });
  };
  CHECK(message_of(2, 3) == "InputBatch<1>: 3 features do not fit 2 locations");
  CHECK(message_of(0, 1) == "InputBatch<1>: 1 features do not fit 0 locations");
  CHECK(message_of(2, 4) == "no exception");
  CHECK(message_of(2, 6) == "InputBatch<1>: features have 3 channels, expected 2");
  CHECK(thrown_message<InvalidArgument>([&] { batch.add_sample_from_tensor(std::vector<float>(9), 3); }) ==
        "InputBatch<1>: features have 3 channels, expected 2");
  CHECK((batch.samples() == 1 && batch.sparse_tensor(device).rows().bound == 1));
}

TEST_CASE("A dense tensor of another size than its numbers is refused", "[tensor]") {
  InputBatch<2> batch({3, 4});
  const auto message_of = [&](const Point<2>& size) {
    return thrown_message<InvalidArgument>([&] { batch.add_sample_from_tensor(std::vector<float>(7), size); });
  };
  CHECK(message_of({2, 3}) == "InputBatch<2>: 7 numbers do not fit a tensor of (2, 3)");
  CHECK(message_of({0, 7}) == "InputBatch<2>: 7 numbers do not fit a tensor of (0, 7)");
  CHECK(message_of({-1, -7}) == "InputBatch<2>: 7 numbers do not fit a tensor of (-1, -7)");
  CHECK(batch.samples() == 0);
}

TEST_CASE("A dense tensor whose cells cannot be counted is refused", "[tensor]") {
  InputBatch<3> batch(Point<3>(3));
  CHECK(thrown_message<LimitExceeded>([&] { batch.add_sample_from_tensor(std::vector<float>(7), 1 << 30); }) ==
        "InputBatch<3>: a grid of (1073741824, 1073741824, 1073741824) cannot be addressed");
}

TEST_CASE("A spatial size that is not positive is refused", "[tensor]") {
  CHECK(thrown_message<InvalidArgument>([] {
          InputBatch<2>({4, 0});
        }) == "InputBatch<2>: the spatial size (4, 0) is not positive");
}

}  // namespace
