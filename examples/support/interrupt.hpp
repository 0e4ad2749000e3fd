// Ctrl-C as a request to stop, on which a training run leaves a checkpoint.
#pragma once

#include <signal.h>
#include <time.h>

#include <stop_token>
#include <thread>

namespace support {

/// While it lives, the first Ctrl-C asks for a stop, and the second ends the program as usual. Made before any other
/// thread begins: threads inherit that they leave the signal alone.
class Interrupt {
 public:
  Interrupt() {
    ::sigemptyset(&set_);
    ::sigaddset(&set_, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &set_, &before_);
    thread_ = std::jthread([this](const std::stop_token& end) {
      const ::timespec moment{0, 50'000'000};
      while (!end.stop_requested())
        if (::sigtimedwait(&set_, nullptr, &moment) == SIGINT) {
          stop_.request_stop();
          ::pthread_sigmask(SIG_UNBLOCK, &set_, nullptr);  // a later one finds this thread, with the usual action
        }
    });
  }
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt() {
    thread_.request_stop();
    thread_.join();
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

  std::stop_token token() const { return stop_.get_token(); }

 private:
  std::stop_source stop_;
  ::sigset_t set_{}, before_{};
  std::jthread thread_;
};

}  // namespace support
