// Batches loaded ahead by worker threads and handed out in order.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <mutex>
#include <numeric>
#include <optional>
#include <stop_token>
#include <thread>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "scn/core/error.hpp"
#include "scn/core/random.hpp"

namespace scn {

/// 0, ..., count - 1 in an order that follows from seed and epoch alone. Fisher and Yates.
inline std::vector<std::int64_t> shuffled(std::int64_t count, std::uint64_t seed, std::uint64_t epoch) {
  require(count >= 0, "shuffled: expected a count that is not negative, got ", count);
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  for (std::size_t left = order.size(); left > 1; --left) {
    const double share = uniform(seed, epoch, static_cast<std::uint64_t>(left));
    std::swap(order[left - 1], order[static_cast<std::size_t>(share * static_cast<double>(left))]);
  }
  return order;
}

struct LoaderSettings {
  int workers = 0;  ///< threads that load; 0: next() does it
  int ahead = 2;    ///< batches for each worker that may be ready before they are asked for
};

/// load(first), ..., load(last - 1) in this order, whatever the number of workers. Load is called from several threads
/// at once if there are workers: it must not share state that changes, and not use a device, which belongs to one
/// thread; what it gives depends on its argument alone. What load() throws, next() throws in its turn, and then no
/// batch follows. The destructor waits for the calls that are under way.
template <class Load>
class DataLoader {
 public:
  using Batch = std::invoke_result_t<const Load&, std::int64_t>;

  DataLoader(std::int64_t first, std::int64_t last, Load load, const LoaderSettings& settings = {})
      : load_(std::move(load)), next_(first), claimed_(first), last_(last) {
    require(settings.workers >= 0 && settings.ahead >= 1,
            "DataLoader: workers must not be negative and ahead be at least 1, got ", settings.workers, " and ",
            settings.ahead);
    most_ahead_ = std::int64_t{settings.workers} * settings.ahead;
    for (int worker = 0; worker < settings.workers; ++worker)
      workers_.emplace_back([this](const std::stop_token& stop) { work(stop); });
  }
  DataLoader(const DataLoader&) = delete;
  DataLoader& operator=(const DataLoader&) = delete;

  /// Nothing after the last one.
  std::optional<Batch> next() {
    if (next_ >= last_) return {};
    if (workers_.empty()) {
      try {
        return load_(next_++);
      } catch (...) {
        next_ = last_;
        throw;
      }
    }
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ready_.contains(next_); });
    auto found = ready_.extract(next_++);
    if (const auto* error = std::get_if<std::exception_ptr>(&found.mapped())) {
      next_ = last_;
      std::rethrow_exception(*error);
    }
    lock.unlock();
    changed_.notify_all();
    return std::get<Batch>(std::move(found.mapped()));
  }

 private:
  using Result = std::variant<std::exception_ptr, Batch>;

  void work(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (true) {
      const bool wanted = changed_.wait(
          lock, stop, [this] { return claimed_ >= last_ || next_ >= last_ || claimed_ < next_ + most_ahead_; });
      if (!wanted || stop.stop_requested() || claimed_ >= last_ || next_ >= last_) return;
      const std::int64_t index = claimed_++;
      lock.unlock();
      Result result = loaded(index);
      lock.lock();
      ready_.emplace(index, std::move(result));
      changed_.notify_all();
    }
  }
  Result loaded(std::int64_t index) const {
    try {
      return Result(std::in_place_index<1>, load_(index));
    } catch (...) {
      return Result(std::in_place_index<0>, std::current_exception());
    }
  }

  Load load_;
  std::int64_t next_, claimed_, last_, most_ahead_ = 0;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::int64_t, Result> ready_;
  std::vector<std::jthread> workers_;  // last: stopped and joined before the rest goes
};

}  // namespace scn
