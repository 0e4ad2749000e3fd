// 02_segment_lidar on a GPU: segments a LiDAR scan with a trained U-Net, scores it, and draws it from above.
#include <cstdio>
#include <numbers>
#include <string>
#include <vector>

#include "scn/cuda/cuda.cuh"
#include "scn/io/io.hpp"
#include "support/arguments.hpp"
#include "support/lidar.hpp"
#include "support/lidar_scores.hpp"

namespace {

/// The class of every point of the scan, turned by `angle` first; tells sizes and times if asked.
template <class Dev, class Network>
std::vector<std::int32_t> segment(Dev& device, const Network& network, const support::LidarScan& scan, double angle,
                                  bool report) {
  using namespace scn;
  support::Stopwatch clock;
  support::LidarInput cloud;
  cloud.append(scan, {.angle = angle}, 0, [](float, float) { return true; });
  const double quantized = clock();
  const auto x = InputLayer<3, Dev>{device, {}, Duplicates::mean}(cloud.sites, cloud.features);
  auto sites = x.sites;
  std::string levels = std::to_string(sites->count());
  x.rulebook->submanifold(sites, submanifold_window(Point<3>{3}));
  for (std::size_t level = 1; level < support::lidar_levels.size(); ++level) {  // the network finds them ready
    sites = x.rulebook->strided(sites, strided_window(Point<3>{2}, Point<3>{2})).sites;
    x.rulebook->submanifold(sites, submanifold_window(Point<3>{3}));
    levels += " / " + std::to_string(sites->count());
  }
  synchronize(device);
  const double maps = clock();
  const auto found = predictions(network(x));
  const double networked = clock();
  if (report) {
    std::printf("points: %zu, voxels of %.1f m per level: %s\n", scan.size(), support::voxel_edge, levels.c_str());
    std::printf("milliseconds: quantize %.1f, maps %.1f, network %.1f\n", quantized, maps, networked);
  }
  std::vector<std::int32_t> prediction(scan.size(), support::ignored_label);
  for (std::size_t i = 0; i < found.size(); ++i) prediction[std::size_t(cloud.points[i])] = found[i];
  return prediction;
}

}  // namespace

int main(int argc, char** argv) try {
  using namespace scn;
  int ordinal = 0;
  std::string data = support::data_folder(), weights, picture = support::picture_path();
  support::Arguments arguments("Segments PandaSet scan 02 with a sparse U-Net.");
  arguments.add("--gpu", ordinal, "which GPU");
  arguments.add("--data", data, "folder of the data");
  arguments.add("--weights", weights, "file of 03_train_lidar; without it the one in the data folder");
  arguments.add("--picture", picture, "PNG file to write");
  arguments.parse_or_exit(argc, argv);
  if (weights.empty()) weights = data + "/lidar_unet.safetensors";

  CudaDevice<__half> device{.ordinal = ordinal};  // or Cuda, for features in float
  const auto network = support::lidar_network(device);
  load(network.parameters(), weights);
  const support::LidarScan scan = support::read_lidar_scan(data, 2);

  segment(device, network, scan, 0.0, false);  // the first frame fills the memory pool
  const auto prediction = segment(device, network, scan, 0.0, true);
  const auto turned = segment(device, network, scan, 37.0 * std::numbers::pi / 180.0, false);
  support::tell_scores(data, scan, prediction, turned, picture);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
