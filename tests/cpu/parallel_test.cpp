// Tests of independent tasks on threads: each runs once, and exceptions reach the caller.
#include "scn/cpu/parallel.hpp"

#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <vector>

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

}  // namespace
