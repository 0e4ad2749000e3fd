// Defects of the reference that have no test beside a layer, since here they cannot arise: the situation, and what is
// right in it.
#include <algorithm>
#include <deque>
#include <span>
#include <vector>

#include "catch.hpp"
#include "scn/cpu/cpu.hpp"
#include "scn/layers/average_pooling.hpp"
#include "scn/layers/dense_to_sparse.hpp"
#include "scn/layers/input_layer.hpp"
#include "scn/layers/max_pooling.hpp"
#include "scn/layers/randomized_stride_max_pooling.hpp"
#include "scn/layers/sparse_to_dense.hpp"
#include "scn/layers/submanifold_convolution.hpp"
#include "scn/layers/summary.hpp"
#include "scn/layers/unpooling.hpp"

namespace {

using scn::Cpu;
using scn::InputLayer;
using scn::Point;
using scn::Site;

template <int D>
scn::SparseTensor<D> tensor(Cpu& device, const std::vector<Site<D>>& sites, const std::vector<float>& features,
                            std::optional<Point<D>> extent = {}, std::int64_t samples = 0) {
  return InputLayer<D>(device, extent)(std::span<const Site<D>>(sites), features, {.samples = samples});
}

TEST_CASE("Defect 21, mended: a pooling layer that drops channels can be shown", "[quirk 21]") {
  Cpu device;
  const auto x = tensor<1>(device, {{0, {0}}, {0, {1}}}, {1, 2, 3, 4}, Point<1>(2));
  const auto shown = [&](const auto& layer) { return scn::summary(layer, x).rows.at(0); };
  const scn::PoolingSettings settings{.drop = 1};
  CHECK(shown(scn::MaxPooling<1>(device, 2, 2, settings)).layer == "MaxPooling<1>");
  CHECK(shown(scn::MaxPooling<1>(device, 2, 2, settings)).channels == 1);
  CHECK(shown(scn::AveragePooling<1>(device, 2, 2, settings)).layer == "AveragePooling<1>");
  CHECK(shown(scn::RandomizedStrideMaxPooling<1>(device, 2, 2, settings)).layer == "RandomizedStrideMaxPooling<1>");
  scn::MaxPooling<1>(device, 2, 2)(x);
  CHECK(scn::UnPooling<1>(device, 2, 2, settings).name() == "UnPooling<1>");
}

TEST_CASE("Defect 26, mended: cells of a dense grid are numbered beyond 2^31", "[quirk 26]") {
  const Site<2> last{0, {65535, 65535}};
  const scn::detail::DenseCells<2> cells{&last, {65536, 65536}, 1};
  CHECK(cells.cell(0) == 4294967295);
}

TEST_CASE(
    "Defect 26, mended: a dense tensor has the samples of its sites, the empty ones too, whatever was asked before",
    "[quirk 26]") {
  Cpu device;
  const auto x = tensor<1>(device, {{0, {1}}, {1, {0}}}, {5, 6}, Point<1>(2), 4);
  CHECK_THROWS_AS(x.rulebook->back(x.sites, scn::strided_window(Point<1>(2), Point<1>(2))), scn::InvalidArgument);
  const auto dense = scn::SparseToDense<1>(device)(x);
  CHECK(dense.batch_size == 4);
  CHECK(dense.values.value().to_host() == std::vector<float>{0, 5, 6, 0, 0, 0, 0, 0});
}

TEST_CASE("Defect 26, mended: a dense tensor has the channels of the features, which nobody has to declare",
          "[quirk 26]") {
  Cpu device;
  const auto dense = scn::SparseToDense<1>(device)(tensor<1>(device, {{0, {1}}, {1, {0}}}, {1, 2, 3, 4}, Point<1>(2)));
  CHECK(dense.channels == 2);
  CHECK(dense.values.value().to_host() == std::vector<float>{0, 1, 0, 2, 3, 0, 4, 0});
}

TEST_CASE("Defect 27, impossible: the sites of a dense image are those of its cells", "[quirk 27]") {
  Cpu device;
  std::vector<float> image(4 * 5);
  image[1 * 5 + 2] = 7;
  image[3 * 5 + 4] = 8;
  const auto x = scn::DenseToSparse<2>(device)(scn::DenseTensor<2, Cpu>::from_host(device, {1, 1, {4, 5}}, image));
  CHECK(x.get_spatial_locations() == std::vector<Site<2>>{{0, {1, 2}}, {0, {3, 4}}});
  CHECK(x.features.value().to_host() == std::vector<float>{7, 8});
}

/// Whether an input layer takes such sites and such numbers.
template <class Places, class Numbers>
concept taken = requires(const InputLayer<1>& layer, const Places& places, const Numbers& numbers) {
  layer(places, numbers);
};

TEST_CASE("Defect 28, impossible: what does not lie one behind the other in memory is no input, so it is not misread",
          "[quirk 28]") {
  using Sites = std::span<const Site<1>>;
  using Numbers = std::vector<float>;
  CHECK(taken<Sites, Numbers>);
  CHECK_FALSE(taken<Sites, std::deque<float>>);
  CHECK_FALSE(taken<std::deque<Site<1>>, Numbers>);
}

TEST_CASE("Defect 29, mended: rows are in an order that follows from the sites alone", "[quirk 29]") {
  Cpu device;
  std::vector<Site<1>> sites;
  for (const std::int32_t at : {7, 0, 5, 2, 40, 21, 30}) sites.push_back({0, {at}});
  for (int order = 0; order < 7; ++order) {
    std::rotate(sites.begin(), sites.begin() + 1, sites.end());
    const auto y = scn::MaxPooling<1>(device, 2, 2)(tensor<1>(device, sites, std::vector<float>(7, 1)));
    std::vector<std::int32_t> places;
    for (const Site<1>& site : y.get_spatial_locations()) places.push_back(site.at[0]);
    CHECK(places == std::vector<std::int32_t>{0, 1, 2, 3, 10, 15, 20});
  }
}

TEST_CASE("Defect 35, mended: ten dimensions are there, and no eleventh", "[quirk 35]") {
  STATIC_REQUIRE(scn::Dimension<10>);
  STATIC_REQUIRE_FALSE(scn::Dimension<11>);
  Cpu device;
  const scn::SubmanifoldConvolution<10> layer(device, 1, 1, scn::Cross<10>(3), {.bias = false});
  std::vector<scn::Parameter<Cpu>> parameters;
  layer.parameters("", parameters);
  REQUIRE(parameters[0].shape == std::vector<std::int64_t>{21, 1, 1, 1});
  const std::vector<float> ones(21, 1);
  parameters[0].variable.value() = scn::Matrix<Cpu>::from_host(device, 21, 1, std::span<const float>(ones));
  Site<10> first, second;
  second.at[9] = 1;
  CHECK(layer(tensor<10>(device, {first, second}, {3, 4})).features.value().to_host() == std::vector<float>{7, 7});
}

TEST_CASE("Defect 37, mended: asking for what is not there makes nothing", "[quirk 37]") {
  Cpu device;
  const auto x = tensor<1>(device, {{0, {1}}, {2, {3}}}, {1, 2}, Point<1>(4));
  CHECK_THROWS_AS(x.rulebook->back(x.sites, scn::strided_window(Point<1>(2), Point<1>(2))), scn::InvalidArgument);
  CHECK_THROWS_AS(scn::UnPooling<1>(device, 3, 2)(x), scn::InvalidArgument);
  CHECK(x.rulebook->size() == 0);
  CHECK(x.get_spatial_locations() == std::vector<Site<1>>{{0, {1}}, {2, {3}}});
  CHECK(scn::MaxPooling<1>(device, 2, 2)(x).samples() == 3);
}

}  // namespace
