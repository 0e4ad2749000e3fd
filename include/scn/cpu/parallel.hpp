// The one place that names OpenMP: independent tasks on the device's threads.
#pragma once

#include <cstdint>
#include <exception>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace scn::cpu {

/// Threads that a setting of 0 stands for: the processors this process may use.
inline int available_threads() {
#ifdef _OPENMP
  return omp_get_num_procs();
#else
  return 1;
#endif
}

/// Calls task(i) for every i in [0, count) in any order, and returns when all are done. An exception of a task reaches
/// the caller after the others have ended. Tasks must not depend on which thread runs them.
template <class Task>
void parallel(int threads, std::int64_t count, const Task& task) {
  if (threads <= 0) threads = available_threads();
  if (threads == 1 || count <= 1) {
    for (std::int64_t i = 0; i < count; ++i) task(i);
    return;
  }
#ifdef _OPENMP
  std::exception_ptr failure;
#pragma omp parallel for schedule(dynamic) num_threads(threads)
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
  for (std::int64_t i = 0; i < count; ++i) task(i);
#endif
}

}  // namespace scn::cpu
