// Pictures of a training run: the curve of the loss, and which class was taken for which.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "picture.hpp"
#include "scn/train/confusion.hpp"

namespace support {

/// The loss of each step in grey and its running mean in blue, on a logarithmic scale with a line for each power of 10.
inline Picture loss_curve(const std::vector<double>& losses) {
  constexpr int width = 800, height = 500, left = 90, top = 20, bottom = 50;
  constexpr Colour ink{40, 40, 40}, pale{190, 190, 190}, line{230, 230, 230}, blue{40, 90, 220};
  Picture picture(width, height, {255, 255, 255});
  if (losses.empty()) return picture;
  const auto [low, high] = std::minmax_element(losses.begin(), losses.end());
  const double bottom_power = std::floor(std::log10(std::max(*low, 1e-6))),
               top_power = std::ceil(std::log10(std::max(*high, 1e-5)));
  const double powers = std::max(1.0, top_power - bottom_power);
  const auto x_of = [&](std::size_t step) {
    return left + int(double(step) * (width - left - 20) / double(losses.size()));
  };
  const auto y_of = [&](double loss) {
    const double share = (std::log10(std::max(loss, 1e-6)) - bottom_power) / powers;
    return top + int((1 - std::clamp(share, 0.0, 1.0)) * (height - top - bottom));
  };
  for (double power = bottom_power; power <= bottom_power + powers; ++power) {
    const int y = y_of(std::pow(10.0, power));
    picture.rectangle(left, y, width - left - 20, 1, line);
    char text[32];
    std::snprintf(text, sizeof text, "%g", std::pow(10.0, power));
    picture.text(8, y - 7, text, ink);
  }
  double mean = losses.front();
  std::vector<double> means;
  for (const double loss : losses)
    means.push_back(mean += (loss - mean) * std::max(0.02, 1.0 / (double(means.size()) + 1)));
  for (std::size_t step = 0; step < losses.size(); ++step)
    picture.rectangle(x_of(step), y_of(losses[step]), 2, 2, pale);
  for (std::size_t step = 0; step < losses.size(); ++step)
    picture.rectangle(x_of(step), y_of(means[step]) - 1, 3, 3, blue);
  picture.text(left, height - 30, "loss of " + std::to_string(losses.size()) + " steps, running mean in blue", ink);
  return picture;
}

/// A row for each true class, a column for each predicted one, with counts; the darker, the larger the row's share.
inline Picture confusion_matrix(const scn::Confusion& confusion, const std::vector<std::string>& names) {
  constexpr int cell = 56, top = 40;
  constexpr Colour ink{40, 40, 40}, white{255, 255, 255};
  std::size_t longest = 0;
  for (const std::string& name : names) longest = std::max(longest, name.size());
  const int classes = int(confusion.classes()), left = 24 + Picture::text_width(std::string(longest, ' '));
  Picture picture(left + classes * cell + 20, top + classes * cell + 20, white);
  for (int truth = 0; truth < classes; ++truth) {
    double row = 0;
    for (int other = 0; other < classes; ++other) row += double(confusion.count(truth, other));
    const std::string& name = names[std::size_t(truth)];
    picture.text(12, top + truth * cell + cell / 2 - 7, name, ink);
    picture.text(left + truth * cell + 6, 16, name.substr(0, 3), ink);
    for (int predicted = 0; predicted < classes; ++predicted) {
      const auto count = confusion.count(truth, predicted);
      const double share = row > 0 ? std::sqrt(double(count) / row) : 0;
      const auto fade = [&](int full) { return static_cast<std::uint8_t>(245 + (full - 245) * share); };
      const Colour colour =
          truth == predicted ? Colour{fade(30), fade(110), fade(60)} : Colour{fade(200), fade(40), fade(30)};
      picture.rectangle(left + predicted * cell, top + truth * cell, cell - 2, cell - 2, colour);
      if (count > 0)
        picture.text(left + predicted * cell + 4, top + truth * cell + cell / 2 - 7, std::to_string(count),
                     share > 0.6 ? white : ink);
    }
  }
  return picture;
}

}  // namespace support
