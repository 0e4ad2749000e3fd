// Tests of independent tasks on threads: each runs once, exceptions reach the caller, and callers share processors.
#include "scn/cpu/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <thread>
#include <vector>

#ifdef _OPENMP
#include <omp.h>
#endif

#include "catch.hpp"
#include "support/thrown_message.hpp"

namespace {

using scn::cpu::parallel;

TEST_CASE("Every task runs exactly once with any number of threads", "[cpu]") {
  for (const int threads : {0, 1, 2, 7, 100}) {
    std::vector<int> calls(1000);
    parallel(threads, 1000, [&](std::int64_t i) { ++calls[static_cast<std::size_t>(i)]; });
    CHECK(calls == std::vector<int>(1000, 1));
  }
}

TEST_CASE("Without tasks nothing is called", "[cpu]") {
  int calls = 0;
  parallel(7, 0, [&](std::int64_t) { ++calls; });
  CHECK(calls == 0);
}

TEST_CASE("There is at least one thread", "[cpu]") { CHECK(scn::cpu::available_threads() >= 1); }

TEST_CASE("An exception of a task reaches the caller with its type and message", "[cpu]") {
  for (const int threads : {1, 2, 7})
    CHECK(thrown_message<std::domain_error>([&] {
            parallel(threads, 50, [](std::int64_t i) {
              if (i == 30) throw std::domain_error("task 30");
            });
          }) == "task 30");
}

TEST_CASE("Of many exceptions one reaches the caller", "[cpu]") {
  for (const int threads : {1, 2, 7})
    CHECK_THROWS_AS(parallel(threads, 50, [](std::int64_t) { throw std::domain_error("each"); }), std::domain_error);
}

TEST_CASE("After an exception the threads take tasks again", "[cpu]") {
  CHECK_THROWS(parallel(2, 4, [](std::int64_t) { throw 1; }));
  std::atomic<int> calls = 0;
  parallel(2, 100, [&](std::int64_t) { ++calls; });
  CHECK(calls == 100);
}

TEST_CASE("A task may itself run tasks", "[cpu]") {
  std::atomic<int> calls = 0;
  parallel(2, 5, [&](std::int64_t) { parallel(2, 5, [&](std::int64_t) { ++calls; }); });
  CHECK(calls == 25);
}

/// The largest number of `inside` that were running at once.
class Crowd {
 public:
  void visit() {
    const int here = ++inside_;
    int most = most_;
    while (here > most && !most_.compare_exchange_weak(most, here)) {
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    --inside_;
  }
  int most() const { return most_; }

 private:
  std::atomic<int> inside_ = 0, most_ = 0;
};

TEST_CASE("Inside a parallel region of the caller every call stays on the caller's thread") {
  Crowd crowd;
#ifdef _OPENMP
  const int levels = omp_get_max_active_levels();
  omp_set_max_active_levels(2);  // else OpenMP itself would refuse further threads
#endif
  std::atomic<int> elsewhere = 0;
#pragma omp parallel num_threads(3)
  {
    const auto caller = std::this_thread::get_id();
    for (const int threads : {0, 4})
      parallel(threads, 4, [&](std::int64_t) {
        elsewhere += std::this_thread::get_id() != caller;
        crowd.visit();
      });
  }
#ifdef _OPENMP
  omp_set_max_active_levels(levels);
#endif
  CHECK(elsewhere == 0);
  CHECK(crowd.most() <= 3);
}

TEST_CASE("An exception of a task reaches a caller that is itself inside a parallel region") {
  std::atomic<int> caught = 0;
#pragma omp parallel num_threads(2)
  caught += thrown_message<std::domain_error>([] {
              parallel(0, 4, [](std::int64_t i) {
                if (i == 2) throw std::domain_error("task 2");
              });
            }) == "task 2";
  CHECK(caught == 2);
}

TEST_CASE("Callers on threads of their own share the processors, and each gets its exception") {
  constexpr int callers = 4;
  std::atomic<int> calls = 0, caught = 0;
  std::vector<std::thread> threads;
  for (int caller = 0; caller < callers; ++caller)
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        parallel(0, 3, [&](std::int64_t) { ++calls; });
        caught += thrown_message<std::domain_error>(
                      [] { parallel(0, 3, [](std::int64_t) { throw std::domain_error("each"); }); }) == "each";
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(calls == callers * 20 * 3);
  CHECK(caught == callers * 20);
  CHECK(scn::cpu::detail::sharing_calls == 0);
}

TEST_CASE("The more calls run at once with the setting 0, the fewer threads each one has") {
  using scn::cpu::detail::Share;
  const int all = scn::cpu::available_threads();
  const Share first(0), second(0), given(7);
  CHECK(first.threads() == all);
  CHECK(second.threads() == std::max(1, all / 2));
  CHECK(given.threads() == 7);
  {
    const Share third(0);
    CHECK(third.threads() == std::max(1, all / 3));
  }
  CHECK(Share(0).threads() == std::max(1, all / 3));
}

TEST_CASE("A loop in lanes visits every index once", "[cpu]") {
  for (const std::int64_t count : {0, 1, 3, 16, 37}) {
    std::vector<int> calls(40);
    scn::cpu::in_lanes(count, [&](std::int64_t i) { ++calls[static_cast<std::size_t>(i)]; });
    std::vector<int> expected(40);
    std::fill_n(expected.begin(), count, 1);
    CHECK(calls == expected);
  }
}

}  // namespace
