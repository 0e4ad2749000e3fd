// Points in and out, as docs/layers.md shows them: quantized points, results in the caller's order, padded lists.
#include <cmath>
#include <vector>

#include "catch.hpp"
#include "scn/scn.hpp"

namespace {

using namespace scn;

/// Points of a LiDAR scan as a program has them: metres, and how much light came back. The third is not finite.
struct Scan {
  std::vector<double> metres{0.02, 0.01, 0.32, 1.04, 0.0, 0.32, std::nan(""), 0.0, 0.0, 0.03, 0.02, 0.33};
  std::vector<float> intensity{0.5f, 0.25f, 0.0f, 0.75f};
};

TEST_CASE("Real points become sites, and each point that has one gets its row of the result") {
  Cpu device;
  const Scan scan;
  const SubmanifoldConvolution<3> net{device, 1, 2, 3};

  const PointView<double> points{scan.metres.data(), 4, 3};  // 4 points, 3 numbers from one to the next
  const auto [sites, kept, not_finite, out_of_range] = quantize(points, Grid<3>{.edge = 0.05});
  std::vector<float> features;
  for (const std::int64_t point : kept) features.push_back(scan.intensity[static_cast<std::size_t>(point)]);
  const InputLayer<3> input{device, {}, Duplicates::mean};
  const auto x = input(sites, features);          // 2 sites of 3 points
  const auto y = OutputLayer<3>{device}(net(x));  // row i belongs to scan point kept[i]

  CHECK((kept == std::vector<std::int64_t>{0, 1, 3} && not_finite == 1 && out_of_range == 0));
  CHECK((x.rows().bound == 2 && y.rows().bound == 3 && y.channels() == 2));
  const std::vector<float> rows = y.value().to_host();
  CHECK((rows[0] == rows[4] && rows[1] == rows[5]));  // points 0 and 3 share a site
}

TEST_CASE("Each way with duplicates has the values and the results that its row of the table says") {
  Cpu device;
  const std::vector<Site<1>> sites{{0, 5}, {0, 3}, {0, 5}};
  const std::vector<float> features{10, 20, 30};
  const auto given = [&](Duplicates way) {
    const auto x = InputLayer<1>{device, {}, way}(sites, features);
    auto values = x.features.value().to_host();
    const auto back = OutputLayer<1>{device}(x).value().to_host();
    values.insert(values.end(), back.begin(), back.end());
    return values;
  };
  using Numbers = std::vector<float>;
  CHECK(given(Duplicates::first) == Numbers{20, 10, 10, 20, 0});
  CHECK(given(Duplicates::last) == Numbers{20, 30, 0, 20, 30});
  CHECK(given(Duplicates::sum) == Numbers{20, 40, 40, 20, 40});
  CHECK(given(Duplicates::mean) == Numbers{20, 20, 20, 20, 20});
  CHECK_THROWS_AS(given(Duplicates::reject), InvalidArgument);
}

TEST_CASE("Lists of points are padded to one length and come back with zeros for the padding") {
  Cpu device;
  const std::vector<PointCloud<2>> clouds{{{{0, 0}, {4, 4}}, {1, 2}}, {{{1, 1}}, {3}}};

  const auto padded = prepare_BLInput(clouds);  // 2 lists of the longer's length
  const BLInputLayer<2> input{device};
  const auto x = input(padded.points, padded.features, {.samples = padded.samples, .channels = padded.channels});
  const auto y = BLOutputLayer<2>{device}(x);  // (samples length) x channels

  CHECK((padded.samples == 2 && padded.length == 2 && padded.points.back() == Point<2>(-1)));
  CHECK(y.value().to_host() == std::vector<float>{1, 2, 3, 0});
}

TEST_CASE("The numbers of a location that is given twice are the first ones, unless the later overwrite") {
  Cpu device;
  InputBatch<2> batch{{8, 8}};
  batch.add_sample();
  const std::vector<float> one{1}, two{2};
  batch.set_location({3, 4}, one);
  batch.set_location({3, 4}, two);
  CHECK(batch.sparse_tensor(device).features.value().to_host() == one);
  batch.set_location({3, 4}, two, Existing::overwrite);
  CHECK(batch.sparse_tensor(device).features.value().to_host() == two);
}

}  // namespace
