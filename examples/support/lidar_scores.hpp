// What the examples that segment a LiDAR scan tell about it: times, scores, and a picture from above.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "birds_eye.hpp"
#include "lidar.hpp"
#include "nearest_point.hpp"

namespace support {

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

inline scn::Confusion score(const std::vector<std::int32_t>& prediction, const Scan& scan) {
  scn::Confusion confusion{std::ssize(lidar_classes), ignored_label};
  confusion.add(prediction, scan.labels);
  return confusion;
}

/// Prints the scores of the classes of scan 02 as it is and turned, beside those of copying the nearest point of scans
/// 00 and 01, and draws the prediction.
inline void tell_scores(const std::string& data, const Scan& scan, const std::vector<std::int32_t>& prediction,
                        const std::vector<std::int32_t>& turned_prediction, const std::string& picture) {
  const std::vector<Scan> others{read_lidar_scan(data, 0), read_lidar_scan(data, 1)};
  const auto confusion = score(prediction, scan), turned = score(turned_prediction, scan),
             copied = score(NearestPoint{others}.labels_for(scan), scan);
  std::printf("%-24s %6s %8s %8s\n", "IoU", "scan", "turned", "nearest");
  for (std::int64_t c = 0; c < confusion.classes(); ++c)
    std::printf("%-24s %6.3f %8.3f %8.3f\n", std::string(lidar_classes[std::size_t(c)].name).c_str(),
                confusion.iou(c).value_or(0), turned.iou(c).value_or(0), copied.iou(c).value_or(0));
  std::printf("accuracy %.3f, mean IoU of copying the nearest point of scans 00 and 01: %.3f\n", confusion.accuracy(),
              copied.mean_iou());

  char title[64];
  std::snprintf(title, sizeof title, "Prediction (mean IoU %.3f)", confusion.mean_iou());
  birds_eye(scan, prediction, {.prediction_title = title}).write_png(picture);
  std::printf("mean IoU: %.3f turned: %.3f\n", confusion.mean_iou(), turned.mean_iou());
  std::printf("picture: %s\n", picture.c_str());
}

}  // namespace support
