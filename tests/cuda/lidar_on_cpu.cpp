// The classes of a scan's points by the CPU: this file alone parses Eigen.
#include "lidar_on_cpu.hpp"

#include "scn/io/checkpoint.hpp"
#include "scn/scn.hpp"

std::vector<std::int32_t> lidar::classes_on_cpu(double angle) {
  scn::Cpu device;
  const auto network = support::lidar_network(device);
  scn::load(network.parameters(), support::data_folder() + "/lidar_unet.safetensors");
  const auto cloud = whole_scan(angle);
  return predictions(network(scn::InputLayer<3>{device, {}, scn::Duplicates::mean}(cloud.sites, cloud.features)));
}
