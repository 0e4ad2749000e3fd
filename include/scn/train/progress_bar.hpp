// The text of a progress bar: what is done, how fast, and how long the rest will take.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>

namespace scn {

/// 75 becomes "1:15", 3,700 becomes "1:01:40".
inline std::string clock_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::clamp(seconds, 0.0, 1e9) + 0.5);
  char text[40];
  if (whole < 3600)
    std::snprintf(text, sizeof text, "%d:%02d", int(whole / 60), int(whole % 60));
  else
    std::snprintf(text, sizeof text, "%d:%02d:%02d", int(whole / 3600), int(whole / 60 % 60), int(whole % 60));
  return text;
}

/// "[=======>      ]  12/24  3.1/s  0:04 left"; the remaining time is missing before the first step.
inline std::string progress_bar(std::int64_t done, std::int64_t total, double seconds, int width = 30) {
  total = std::max<std::int64_t>(total, 1);
  done = std::clamp<std::int64_t>(done, 0, total);
  const auto filled = static_cast<std::size_t>(double(done) / double(total) * width);
  std::string bar(filled, '=');
  if (done > 0 && done < total) bar += '>';
  bar.resize(static_cast<std::size_t>(width), ' ');
  std::string text = "[" + bar + "]  " + std::to_string(done) + "/" + std::to_string(total);
  if (done == 0 || seconds <= 0) return text;
  char rate[40];
  std::snprintf(rate, sizeof rate, "  %.3g/s  ", double(done) / seconds);
  return text + rate + clock_text(seconds * double(total - done) / double(done)) + " left";
}

}  // namespace scn
