// Tests of OutputLayer against the oracle: from sites back to points.
#include "scn/layers/output_layer.hpp"

#include <algorithm>

#include "catch.hpp"
#include "scn/layers/crop.hpp"
#include "scn/layers/input_layer.hpp"
#include "scn/layers/max_pooling.hpp"
#include "support/layer_cases.hpp"
#include "support/oracle_points.hpp"
#include "support/oracle_subsets.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::Duplicates;
using scn::InputLayer;
using scn::OutputLayer;
using scn::Site;

const std::vector<std::pair<Duplicates, oracle::Duplicates>> ways{{Duplicates::reject, oracle::Duplicates::reject},
                                                                  {Duplicates::first, oracle::Duplicates::first},
                                                                  {Duplicates::last, oracle::Duplicates::last},
                                                                  {Duplicates::sum, oracle::Duplicates::sum},
                                                                  {Duplicates::mean, oracle::Duplicates::mean}};

/// Points of samples 0 and 2, some at one site unless that is rejected, on their sites with two channels.
template <int D>
struct Points {
  std::vector<oracle::Site> points;
  scn::SparseTensor<D, Double> x;

  Points(Double& device, Duplicates way) {
    oracle::Random random(D);
    for (const auto& [site, row] : layer_cases::batch(3, D, 1)) points.push_back(site);
    if (way != Duplicates::reject) points = oracle::with_repetitions(random, points);
    const InputLayer<D, Double> input(device, {}, way);
    x = input(library::points<D>(points), oracle::random_reals(random, 2 * points.size()));
    x.features.set_needs_gradient(true);
  }
};

TEST_CASE("OutputLayer and its gradient are the oracle's for every way with duplicates in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const auto& [way, oracle_way] : ways) {
      INFO("way " << static_cast<int>(way));
      const auto [points, x] = Points<D>(device, way);
      const auto y = layer_cases::pass(OutputLayer<D, Double>(device), x);
      CHECK(oracle::difference(oracle::flat(oracle::output_forward(points, layer_cases::features(x), oracle_way)),
                               layer_cases::numbers(y.value())) == "");
      const auto dy = oracle::rows_of(layer_cases::numbers(y.gradient()), 2);
      CHECK(oracle::difference(oracle::output_backward(points, dy, oracle_way), layer_cases::gradient(x)) == "");
    }
  });
}

TEST_CASE("OutputLayer has the gradients of finite differences for every way with duplicates") {
  Double device;
  for (const auto& [way, oracle_way] : ways)
    CHECK(layer_cases::gradient_difference(OutputLayer<2, Double>(device), Points<2>(device, way).x) == "");
}

TEST_CASE("OutputLayer after InputLayer gives rejecting callers their rows back in their order") {
  scn::Cpu device;
  const std::vector<Site<2>> points{{1, {5, 5}}, {0, {9, 0}}, {1, {-3, 2}}, {0, {0, 0}}};
  const std::vector<float> features{1, 2, 3, 4, 5, 6, 7, 8};
  const auto x = InputLayer<2>(device, {}, Duplicates::reject)(points, features);
  CHECK(OutputLayer<2>(device)(x).value().to_host() == features);
}

TEST_CASE("OutputLayer gives no points no rows") {
  Double device;
  const auto x = InputLayer<2, Double>(device)(std::span<const Site<2>>(), std::vector<float>{}, {.samples = 2});
  CHECK(OutputLayer<2, Double>(device)(x).rows().bound == 0);
}

TEST_CASE("OutputLayer refuses sites of another level, and works afterwards") {
  Double device;
  const std::vector<Site<2>> points{{0, {0, 0}}, {0, {1, 0}}, {0, {5, 5}}, {0, {5, 5}}};
  const auto x = InputLayer<2, Double>(device)(points, std::vector<float>{1, 2, 3, 4});
  const auto coarse = scn::MaxPooling<2, Double>(device, 2, 2)(x);
  const OutputLayer<2, Double> layer(device);
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer(coarse); }) ==
        "OutputLayer<2>: the tensor is on 2 sites of another level, expected the 3 sites that the InputLayer made");
  CHECK(layer_cases::numbers(layer(x).value()) == std::vector<double>{1, 2, 7, 7});
}

TEST_CASE("OutputLayer refuses a tensor that no InputLayer began: there are no points") {
  Double device;
  auto x = InputLayer<2, Double>(device)(std::vector<Site<2>>{{0, {1, 2}}}, std::vector<float>{1});
  x.rulebook = std::make_shared<scn::Rulebook<2, Double>>(device, scn::InputSites<2, Double>{x.sites, nullptr});
  CHECK(thrown_message<scn::InvalidArgument>([&] { OutputLayer<2, Double>{device}(x); }) ==
        "OutputLayer<2>: the tensor does not come from an input layer, so there are no points");
}

TEST_CASE("Defect 2, kept: OutputLayer gives zeros to points that first and last discarded", "[quirk 2]") {
  Double device;
  const std::vector<Site<1>> points{{0, 5}, {0, 3}, {0, 5}};
  const auto rows = [&](Duplicates way) {
    const auto x = InputLayer<1, Double>(device, {}, way)(points, std::vector<float>{10, 20, 30});
    return layer_cases::numbers(OutputLayer<1, Double>(device)(x).value());
  };
  CHECK(rows(Duplicates::first) == std::vector<double>{10, 20, 0});
  CHECK(rows(Duplicates::last) == std::vector<double>{0, 20, 30});
  CHECK(rows(Duplicates::sum) == std::vector<double>{40, 20, 40});
  CHECK(rows(Duplicates::mean) == std::vector<double>{20, 20, 20});
}

/// OutputLayer after crops that drop some sites, one after the other.
template <int D>
struct CroppedOutput {
  scn::OutputLayer<D, Double> layer;
  scn::Variable<Double> operator()(const scn::SparseTensor<D, Double>& x, scn::Tape* tape = nullptr) const {
    return layer(scn::crop(scn::crop(x, -2, 6, tape), -3, 5, tape), tape);
  }
};

TEST_CASE("OutputLayer gives zeros to the points of sites that were dropped, and no gradient, in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const auto& [way, oracle_way] : ways) {
      const auto [points, x] = Points<D>(device, way);
      const auto y = layer_cases::pass(CroppedOutput<D>{OutputLayer<D, Double>(device)}, x);
      const auto inside = [](const oracle::Site& site, const auto&) {
        return std::all_of(site.at.begin(), site.at.end(), [](std::int32_t at) { return at >= -2 && at < 5; });
      };
      const auto sites = oracle::sites_of(layer_cases::features(x));
      const auto left = oracle::sites_of(oracle::kept(layer_cases::features(x), inside));
      REQUIRE((left.size() > 2 && left.size() < sites.size()));
      const auto zero_outside = [&](const oracle::Features& all) {
        return oracle::on_sites(oracle::on_sites(all, left, 2), sites, 2);
      };
      CHECK(oracle::rows_of(layer_cases::numbers(y.value()), 2) ==
            oracle::output_forward(points, zero_outside(layer_cases::features(x)), oracle_way));
      const auto dy = oracle::rows_of(layer_cases::numbers(y.gradient()), 2);
      CHECK(layer_cases::gradient(x) == zero_outside(oracle::output_backward(points, dy, oracle_way)));
    }
  });
}

TEST_CASE("OutputLayer after dropped sites has the gradients of finite differences") {
  Double device;
  CHECK(layer_cases::gradient_difference(CroppedOutput<2>{OutputLayer<2, Double>(device)},
                                         Points<2>(device, Duplicates::sum).x) == "");
}

TEST_CASE("OutputLayer of a tensor that lost every site gives zeros alone") {
  Double device;
  const auto x = InputLayer<1, Double>(device)(std::vector<Site<1>>{{0, 5}, {1, 3}}, std::vector<float>{10, 20});
  const auto none = scn::crop(x, 100, 101);
  CHECK(layer_cases::numbers(OutputLayer<1, Double>(device)(none).value()) == std::vector<double>{0, 0});
}

TEST_CASE("OutputLayer finds the way back through the map that dropped the sites") {
  Double device;
  const auto x = InputLayer<1, Double>(device)(std::vector<Site<1>>{{0, 5}, {1, 3}}, std::vector<float>{10, 20});
  const auto some = scn::crop(x, 4, 6);
  const auto maps = x.rulebook->size();
  CHECK(layer_cases::numbers(OutputLayer<1, Double>(device)(some).value()) == std::vector<double>{10, 0});
  CHECK(x.rulebook->size() == maps);
}

TEST_CASE("OutputLayer refuses sites that were dropped from another level") {
  Double device;
  const auto x = InputLayer<1, Double>(device)(std::vector<Site<1>>{{0, 5}, {1, 3}}, std::vector<float>{10, 20});
  const auto coarse = scn::crop(scn::MaxPooling<1, Double>(device, 2, 2)(x), 0, 2);
  CHECK(thrown_message<scn::InvalidArgument>([&] { OutputLayer<1, Double>{device}(coarse); }) ==
        "OutputLayer<1>: the tensor is on 1 sites of another level, expected the 2 sites that the InputLayer made");
}

TEST_CASE("OutputLayer says its name") { CHECK(OutputLayer<3>::name() == "OutputLayer<3>"); }

TEST_CASE("OutputLayer refuses the sites of another input even if they are equal") {
  Double device;
  const std::vector<Site<2>> points{{0, {0, 0}}};
  const auto x = InputLayer<2, Double>(device)(points, std::vector<float>{1});
  auto mixed = InputLayer<2, Double>(device)(points, std::vector<float>{1});
  mixed.sites = x.sites;
  CHECK_THROWS_AS((OutputLayer<2, Double>(device)(mixed)), scn::InvalidArgument);
}

}  // namespace
