// 02_segment_lidar on a GPU: segments a LiDAR scan with a trained U-Net, scores it, and draws it from above.
#include <chrono>
#include <cstdio>
#include <numbers>
#include <string>
#include <vector>

#include "scn/cuda/cuda.cuh"
#include "scn/io/io.hpp"
#include "support/arguments.hpp"
#include "support/birds_eye.hpp"
#include "support/lidar.hpp"
#include "support/nearest_point.hpp"

namespace {

class Stopwatch {
 public:
  /// Milliseconds since the last call.
  double operator()() {
    const auto last = std::exchange(start_, std::chrono::steady_clock::now());
    return std::chrono::duration<double, std::milli>(start_ - last).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

scn::Confusion score(const std::vector<std::int32_t>& prediction, const support::Scan& scan) {
  scn::Confusion confusion{std::ssize(support::lidar_classes), support::ignored_label};
  confusion.add(prediction, scan.labels);
  return confusion;
}

/// The class of every point of the scan, turned by `angle` first; tells sizes and times if asked.
template <class Dev, class Network>
std::vector<std::int32_t> segment(Dev& device, const Network& network, const support::LidarScan& scan, double angle,
                                  bool report) {
  using namespace scn;
  Stopwatch clock;
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
  const auto turned = score(segment(device, network, scan, 37.0 * std::numbers::pi / 180.0, false), scan);
  const std::vector<support::Scan> others{support::read_lidar_scan(data, 0), support::read_lidar_scan(data, 1)};
  const auto copied = score(support::NearestPoint{others}.labels_for(scan), scan);
  const auto confusion = score(prediction, scan);
  std::printf("%-24s %6s %8s %8s\n", "IoU", "scan", "turned", "nearest");
  for (std::int64_t c = 0; c < confusion.classes(); ++c)
    std::printf("%-24s %6.3f %8.3f %8.3f\n", std::string(support::lidar_classes[std::size_t(c)].name).c_str(),
                confusion.iou(c).value_or(0), turned.iou(c).value_or(0), copied.iou(c).value_or(0));
  std::printf("accuracy %.3f, mean IoU of copying the nearest point of scans 00 and 01: %.3f\n", confusion.accuracy(),
              copied.mean_iou());

  char title[64];
  std::snprintf(title, sizeof title, "Prediction (mean IoU %.3f)", confusion.mean_iou());
  support::birds_eye(scan, prediction, {.prediction_title = title}).write_png(picture);
  std::printf("mean IoU: %.3f turned: %.3f\n", confusion.mean_iou(), turned.mean_iou());
  std::printf("picture: %s\n", picture.c_str());
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
