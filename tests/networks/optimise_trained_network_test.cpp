// The demo's trained network, made for inference: its scores and classes on one of its scans.
#include <algorithm>

#include "catch.hpp"
#include "scn/cpu/cpu.hpp"
#include "scn/io/checkpoint.hpp"
#include "scn/networks/optimise_for_inference.hpp"
#include "support/comparison.hpp"
#include "support/lidar.hpp"
#include "support/variables.hpp"

namespace {

TEST_CASE("A trained network made for inference gives the scores of a scan to 1e-5 of the largest") {
  scn::Cpu device;
  const auto network = support::lidar_network(device);
  scn::load(network.parameters(), support::data_folder() + "/lidar_unet.safetensors");
  const auto made = scn::optimise_for_inference<3>(network);

  support::LidarInput cloud;
  cloud.append(support::read_lidar_scan(support::data_folder(), 2), {}, 0,
               [](float x, float y) { return std::hypot(x, y) < 15; });
  const auto x = scn::InputLayer<3>{device, {}, scn::Duplicates::mean}(cloud.sites, cloud.features);
  const auto expected = numbers_of(network(x).value()), got = numbers_of(made(x).value());
  REQUIRE(expected.size() > 50'000);
  CHECK(oracle::difference(expected, got, {.of_largest = 1e-5}) == "");
}

}  // namespace
