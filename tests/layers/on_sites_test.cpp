// Tests of tensors brought onto other sites.
#include "scn/layers/on_sites.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/oracle_subsets.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::on_sites;
using scn::SparseTensor;
using scn::Tape;

/// on_sites() as a layer.
template <int D, class Dev>
struct OnSites {
  std::shared_ptr<const scn::Sites<D, Dev>> sites;
  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    return on_sites(x, sites, tape);
  }
};

/// The sites of another batch that shares some of batch(seed).
oracle::SiteSet others(const oracle::Features& x, int dimension) {
  oracle::SiteSet sites = oracle::sites_of(layer_cases::batch(90, dimension, 1, {.count = 8}));
  std::size_t position = 0;
  for (const auto& [site, row] : x)
    if (position++ % 2 == 0) sites.insert(site);
  return sites;
}

TEST_CASE("A tensor on other sites and its gradient are the oracle's in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const auto& input : layer_cases::inputs(10 + D, D, 3))
      for (const oracle::SiteSet& to : {others(input, D), oracle::SiteSet{}}) {
        INFO(input.size() << " sites to " << to.size());
        const auto x = layer_cases::tensor<D>(device, input, 3);
        const auto y = layer_cases::pass(OnSites<D, Double>{library::make_sites<D>(device, to)}, x);
        CHECK(layer_cases::features(y) == oracle::on_sites(input, to, 3));
        CHECK(layer_cases::gradient(x) == oracle::on_sites(layer_cases::gradient(y), oracle::sites_of(input), 3));
        CHECK(y.rulebook == x.rulebook);
      }
  });
}

TEST_CASE("A tensor on other sites has the gradient of finite differences") {
  Double device;
  const auto input = layer_cases::batch(5, 2, 3);
  const OnSites<2, Double> layer{library::make_sites<2>(device, others(input, 2))};
  CHECK(layer_cases::gradient_difference(layer, layer_cases::tensor<2>(device, input, 3)) == "");
}

TEST_CASE("A tensor on its own sites is the same tensor") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(5, 2, 3), 3);
  CHECK(on_sites(x, x.sites).features.same(x.features));
  CHECK(x.rulebook->size() == 0);
}

TEST_CASE("A tensor is brought onto places of which several are at one site, and its gradient is their sum") {
  Double device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {4}}, {7}}, {{1, {4}}, {8}}}, 1);
  const std::vector<scn::Site<1>> at{{1, 4}, {0, 4}, {0, 4}, {0, 5}};
  const auto places = std::make_shared<const scn::Sites<1, Double>>(
      scn::Buffer<scn::Site<1>, Double>(device, std::span<const scn::Site<1>>(at)), 2);
  Tape tape;
  const auto y = on_sites(x, places, &tape);
  CHECK(layer_cases::numbers(y.features.value()) == std::vector<double>{8, 7, 7, 0});
  tape.backward(y.features, scn::Matrix<Double>::from_host(device, 4, 1, std::span<const double>({1., 2., 3., 4.})));
  CHECK(layer_cases::numbers(x.features.gradient()) == std::vector<double>{5, 1});
  CHECK(thrown_message<scn::InvalidArgument>([&] { on_sites(y, x.sites); }) ==
        "on_sites<1>: the tensor is on places in any order, expected sites");
}

TEST_CASE("A tensor is not brought onto no sites at all") {
  Double device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {4}}, {7}}}, 1);
  CHECK(thrown_message<scn::InvalidArgument>([&] { on_sites(x, decltype(x.sites)()); }) ==
        "on_sites<1>: there are no sites to bring the tensor onto");
}

}  // namespace
