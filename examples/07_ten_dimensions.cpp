// Reads handwritten digits in ten dimensions: a site is where the pen was at five successive moments.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "support/classification.hpp"
#include "support/strokes.hpp"

namespace {

constexpr int moments = 20, window = 5, levels = 6;

struct Windows {
  std::vector<scn::Site<2 * window>> sites;
  std::vector<std::int32_t> labels;
};

/// 20 points at equal distances along the path of the pen, its lifted part included, x and y in 0 ... 5.
std::vector<std::array<std::int32_t, 2>> resampled(const support::Character& digit) {
  std::vector<support::Pen> path;
  std::vector<double> travelled;  // from the beginning to each point of the path
  support::Pen low{1e300, 1e300}, high{-1e300, -1e300};
  for (const support::Stroke& stroke : digit.strokes)
    for (const support::Pen& point : stroke) {
      const double step = path.empty() ? 0 : std::hypot(point[0] - path.back()[0], point[1] - path.back()[1]);
      if (!path.empty() && step == 0) continue;
      travelled.push_back(path.empty() ? 0 : travelled.back() + step);
      path.push_back(point);
      for (std::size_t axis = 0; axis < 2; ++axis)
        low[axis] = std::min(low[axis], point[axis]), high[axis] = std::max(high[axis], point[axis]);
    }
  std::vector<std::array<std::int32_t, 2>> result;
  const double size = std::max({high[0] - low[0], high[1] - low[1], 1e-9});
  for (std::size_t i = 0, at = 0; i < moments && !path.empty(); ++i) {
    const double goal = travelled.back() * double(i) / (moments - 1);
    while (at + 2 < path.size() && travelled[at + 1] < goal) ++at;
    const std::size_t next = std::min(at + 1, path.size() - 1);
    const double length = travelled[next] - travelled[at];
    const double share = length > 0 ? std::clamp((goal - travelled[at]) / length, 0.0, 1.0) : 0;
    auto& level = result.emplace_back();
    for (std::size_t axis = 0; axis < 2; ++axis) {
      const double place = path[at][axis] + share * (path[next][axis] - path[at][axis]);
      const double unit = (place - (low[axis] + high[axis]) / 2) / size + 0.5;
      level[axis] = std::clamp(std::int32_t(levels * unit), 0, levels - 1);
    }
  }
  return result;
}

/// UCI pen digits as about 16 sites each, without any other feature than that they are there.
struct PenWindows {
  using Batch = Windows;
  std::vector<support::Character> train, test;

  void append(Batch& batch, const support::Character& digit, support::Draw = {}) const {
    const auto path = resampled(digit);
    for (std::size_t first = 0; first + window <= path.size(); ++first) {
      auto& site = batch.sites.emplace_back(scn::Site<2 * window>{std::int32_t(batch.labels.size()), {}});
      for (int i = 0; i < 2 * window; ++i) site.at[i] = path[first + std::size_t(i / 2)][std::size_t(i % 2)];
    }
    batch.labels.push_back(digit.label);
  }
};

}  // namespace

int main(int argc, char** argv) try {
  using namespace scn;
  constexpr int D = 2 * window;
  support::RunSettings settings{.epochs = 8, .data = SCN_SOURCE_DIR "/data/pendigits", .output = "ten_dimensions"};
  settings.parse_or_exit("Trains a network in ten dimensions on the UCI pen digits.", argc, argv);
  Cpu device{.threads = settings.threads, .seed = settings.seed};
  PenWindows data{support::read_unipen(settings.data + "/pendigits-train"),
                  support::read_unipen(settings.data + "/pendigits-test")};
  settings.shorten(data.train);
  settings.shorten(data.test);

  // A cube of size 3 has 59,049 taps in ten dimensions, a cross 21: the neighbours along each axis.
  const Sequential network{AddCoords<D>{device},
                           SubmanifoldConvolution<D>{device, 1 + D, 64, Cross<D>{3}, {.bias = false}},
                           BatchNormReLU{device, 64},
                           SubmanifoldConvolution<D>{device, 64, 128, Cross<D>{3}, {.bias = false}},
                           BatchNormReLU{device, 128},
                           GlobalPooling{Reduction::max},
                           NetworkInNetwork{device, 128, 10}};
  const InputLayer<D> input{device, Point<D>(levels), Duplicates::mean};
  const auto sparse = [&](const Windows& batch) {
    const std::vector<float> ones(batch.sites.size(), 1.0f);
    return input(batch.sites, ones, {.samples = std::ssize(batch.labels), .channels = 1});
  };
  support::Classification task{data, network, sparse, 10, settings};
  if (!support::run(task, network.parameters(), device, settings)) return 1;
  std::printf("test accuracy: %.2f %%\n", 100 * task.confusion().accuracy());
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
