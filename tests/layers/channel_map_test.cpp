// Tests of what norms and rectifiers say of themselves: against the formulas, and against the layers' own results.
#include "scn/layers/channel_map.hpp"

#include <cmath>
#include <limits>

#include "catch.hpp"
#include "scn/cpu/cpu.hpp"
#include "support/comparison.hpp"
#include "support/variables.hpp"

namespace {

using scn::BatchNormalization;
using scn::channel_map;
using scn::ChannelMap;
using Double = scn::CpuDevice<double>;

/// What the norm holds, by name.
template <class Dev>
void set(const BatchNormalization<Dev>& layer, const std::string& name, const std::vector<double>& numbers) {
  std::vector<scn::Parameter<Dev>> all;
  layer.parameters("", all);
  const auto& variable = scn::Parameters<Dev>(all).find(name)->variable;
  variable.value() =
      scn::Matrix<Dev>::from_host(variable.device(), 1, variable.channels(), std::span<const double>(numbers));
}

template <class Dev>
BatchNormalization<Dev> norm(Dev& device, const scn::NormalizationSettings& settings) {
  BatchNormalization<Dev> layer(device, 3, settings);
  set(layer, "running_mean", {100, -2, 0.5});
  set(layer, "running_var", {0.25, 9, 1e-3});
  if (!settings.affine) return layer;
  set(layer, "weight", {2, -0.5, 3});
  set(layer, "bias", {-1, 4, 0});
  return layer;
}

TEMPLATE_TEST_CASE("channel_map of a norm is the formula with running statistics", "", scn::Cpu, Double) {
  const double digits = std::is_same_v<TestType, Double> ? 1e-15 : 4e-7;
  TestType device;
  for (const double leakiness : {0.0, 0.3, 1.0, 2.0})
    for (const double eps : {1e-4, 10.0}) {
      const auto map = channel_map(norm(device, {.eps = eps, .leakiness = leakiness}));
      REQUIRE(map);
      CHECK(oracle::difference({2 / std::sqrt(0.25 + eps), -0.5 / std::sqrt(9 + eps), 3 / std::sqrt(1e-3 + eps)},
                               map->scale, {.relative = digits}) == "");
      CHECK(map->mean == std::vector<double>{100, -2, 0.5});
      CHECK(map->shift == std::vector<double>{-1, 4, 0});
      CHECK(oracle::difference(leakiness, map->slope, {.relative = digits}) == "");
      CHECK((map->slope == 1) == (leakiness == 1));
    }
}

TEST_CASE("channel_map of a norm without weights has the weight 1 and the shift 0") {
  Double device;
  const auto map = channel_map(norm(device, {.affine = false}));
  REQUIRE(map);
  CHECK(oracle::difference({1 / std::sqrt(0.2501), 1 / std::sqrt(9.0001), 1 / std::sqrt(1.1e-3)}, map->scale,
                           {.relative = 1e-15}) == "");
  CHECK(map->shift == std::vector<double>{0, 0, 0});
}

TEST_CASE("channel_map of a norm takes channels that are switched off") {
  Double device;
  auto layer = norm(device, {.leakiness = 0.5});
  set(layer, "weight", {0, 1e-30, -1});
  const auto map = channel_map(layer);
  REQUIRE(map);
  CHECK(map->scale[0] == 0);
  CHECK(std::abs(map->scale[1]) < 1e-25);
  CHECK(map->slope == 0.5);
}

TEST_CASE("channel_map of a norm with a number that is not finite is none") {
  Double device;
  for (const std::string name : {"weight", "bias", "running_mean", "running_var"}) {
    const auto layer = norm(device, {});
    set(layer, name, {1, std::numeric_limits<double>::quiet_NaN(), 1});
    CHECK(!channel_map(layer));
  }
}

TEST_CASE("channel_map of rectifiers has their slope alone") {
  scn::Cpu device;
  CHECK(channel_map(scn::ReLU{}).slope == 0);
  CHECK(channel_map(scn::ReLU{}).scale.empty());
  CHECK(channel_map(device, scn::LeakyReLU{}).slope == static_cast<double>(static_cast<float>(1.0 / 3)));
  CHECK(channel_map(device, scn::LeakyReLU{-2}).slope == -2);
}

}  // namespace
