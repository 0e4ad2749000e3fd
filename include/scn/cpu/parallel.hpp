// The one place that names OpenMP: independent tasks on the device's threads, and loops over vectors.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace scn::cpu {

/// The processors this process may use.
inline int available_threads() {
#ifdef _OPENMP
  return omp_get_num_procs();
#else
  return 1;
#endif
}

namespace detail {

/// Calls with a setting of 0 threads that are running now, in this process. They share the processors; no result
/// depends on it.
inline std::atomic<int> sharing_calls{0};

/// The threads of one call, and its place among those that share.
class Share {
 public:
  explicit Share(int threads) : shares_(threads <= 0) {
    if (shares_) threads = std::max(1, available_threads() / ++sharing_calls);
    threads_ = threads;
  }
  Share(const Share&) = delete;
  Share& operator=(const Share&) = delete;
  ~Share() {
    if (shares_) --sharing_calls;
  }

  int threads() const { return threads_; }

 private:
  bool shares_;
  int threads_;
};

/// Whether the caller is one of several threads of a parallel region, its own or that of another call.
inline bool inside_parallel() {
#ifdef _OPENMP
  return omp_in_parallel() != 0;
#else
  return false;
#endif
}

}  // namespace detail

/// Calls task(i) for every i in [0, count) in any order, and returns when all are done. An exception of a task reaches
/// the caller after the others have ended. Tasks must not depend on which thread runs them. 0 threads stands for the
/// available ones, shared with the other such calls that are running; inside a parallel region there is one, the
/// caller's.
template <class Task>
void parallel(int threads, std::int64_t count, const Task& task) {
  const auto in_turn = [&] {
    for (std::int64_t i = 0; i < count; ++i) task(i);
  };
  if (threads == 1 || count <= 1 || detail::inside_parallel()) return in_turn();
#ifdef _OPENMP
  const detail::Share share(threads);
  const int team = static_cast<int>(std::min<std::int64_t>(share.threads(), count));
  if (team == 1) return in_turn();
  std::exception_ptr failure;
#pragma omp parallel for schedule(dynamic) num_threads(team)
  for (std::int64_t i = 0; i < count; ++i) {
    try {
      task(i);
    } catch (...) {
#pragma omp critical(scn_cpu_parallel)
      failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
#else
  in_turn();
#endif
}

/// Calls f(i) for every i in [0, count), several at a time in the lanes of vectors where the compiler finds how: calls
/// must not depend on each other. Meant for loops over channels, whose elements are neighbours.
template <class F>
[[gnu::always_inline]] inline void in_lanes(std::int64_t count, const F& f) {
#ifdef _OPENMP
#pragma omp simd
#endif
  for (std::int64_t i = 0; i < count; ++i) f(i);
}

}  // namespace scn::cpu
