// A progress bar for the terminal; where there is none, one line when the work is done.
#pragma once

#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>

#include "scn/train/progress_bar.hpp"

namespace support {

inline bool is_terminal(std::FILE* stream) { return ::isatty(::fileno(stream)) == 1; }

using scn::clock_text;
using scn::progress_bar;

/// The progress of one loop, an epoch say. On a terminal a line is redrawn at most ten times a second; at the end of
/// its life, one line with the number of steps, the time and the last note is left, on a terminal or in a file.
class Progress {
 public:
  Progress(std::string title, std::int64_t total, std::FILE* stream = stderr)
      : Progress(std::move(title), total, stream, is_terminal(stream)) {}
  Progress(std::string title, std::int64_t total, std::FILE* stream, bool redraws)
      : title_(std::move(title)), total_(total), stream_(stream), redraws_(redraws) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  ~Progress() {
    const double seconds = elapsed(start_);
    if (redraws_) std::fputs("\r\x1b[K", stream_);
    std::fprintf(stream_, "%s  %lld/%lld in %s", title_.c_str(), static_cast<long long>(done_),
                 static_cast<long long>(total_), clock_text(seconds).c_str());
    std::fprintf(stream_, note_.empty() ? "\n" : "  %s\n", note_.c_str());
    std::fflush(stream_);
  }

  /// One step more; `note`, the loss for instance, stands behind the bar.
  void advance(std::string note = {}) {
    ++done_;
    note_ = std::move(note);
    if (!redraws_ || (drawn_ && done_ < total_ && elapsed(last_) < 0.1)) return;
    last_ = Clock::now();
    drawn_ = true;
    std::fprintf(stream_, "\r%s  %s  %s\x1b[K", title_.c_str(), progress_bar(done_, total_, elapsed(start_)).c_str(),
                 note_.c_str());
    std::fflush(stream_);
  }

  /// Replaces the text of the last line, by the result of the epoch for instance.
  void note(std::string text) { note_ = std::move(text); }

 private:
  using Clock = std::chrono::steady_clock;
  static double elapsed(Clock::time_point since) { return std::chrono::duration<double>(Clock::now() - since).count(); }

  std::string title_;
  std::int64_t total_;
  std::FILE* stream_;
  bool redraws_;
  bool drawn_ = false;
  std::int64_t done_ = 0;
  std::string note_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_ = start_;
};

}  // namespace support
