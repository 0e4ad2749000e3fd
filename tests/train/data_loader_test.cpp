// Tests of the data loader: order, workers, what load() throws, and shuffling.
#include "scn/train/data_loader.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <set>
#include <string>

#include "catch.hpp"
#include "support/thrown_message.hpp"

namespace {

template <class Loader>
std::vector<std::string> all_of(Loader& loader) {
  std::vector<std::string> all;
  while (auto batch = loader.next()) all.push_back(*batch);
  return all;
}

TEST_CASE("A data loader hands out the same batches in the same order with 0, 1 and 4 workers", "[train]") {
  const auto load = [](std::int64_t index) {  // the first ones take longest
    std::this_thread::sleep_for(std::chrono::microseconds(index % 5 == 0 ? 2000 : 50));
    return "batch " + std::to_string(index);
  };
  std::vector<std::string> expected;
  for (int index = 3; index < 40; ++index) expected.push_back("batch " + std::to_string(index));
  for (const int workers : {0, 1, 4}) {
    scn::DataLoader loader(3, 40, load, {.workers = workers, .ahead = 1});
    CHECK(all_of(loader) == expected);
    CHECK_FALSE(loader.next());
  }
}

TEST_CASE("A data loader with workers loads ahead, but no more than it may", "[train]") {
  std::atomic<int> calls = 0;
  const auto load = [&](std::int64_t index) {
    ++calls;
    return std::to_string(index);
  };
  scn::DataLoader loader(0, 100, load, {.workers = 2, .ahead = 3});
  CHECK(loader.next() == "0");
  for (int wait = 0; wait < 1000 && calls < 7; ++wait) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(calls == 7);
}

TEST_CASE("A data loader uses several threads at once", "[train]") {
  std::mutex mutex;
  std::set<std::thread::id> threads;
  const auto load = [&](std::int64_t index) {
    const std::lock_guard lock(mutex);
    threads.insert(std::this_thread::get_id());
    return index;
  };
  scn::DataLoader inside(0, 3, load);
  while (inside.next()) continue;
  CHECK(threads == std::set{std::this_thread::get_id()});
  threads.clear();
  scn::DataLoader outside(0, 1000, load, {.workers = 4});
  while (outside.next()) std::this_thread::sleep_for(std::chrono::microseconds(10));
  CHECK(!threads.contains(std::this_thread::get_id()));
  CHECK(threads.size() > 1);
}

TEST_CASE("What loading a batch throws comes in its turn, and ends the pass", "[train]") {
  const auto load = [](std::int64_t index) {
    scn::require<scn::IoError>(index != 5, "batch 5 is gone");
    return std::to_string(index);
  };
  for (const int workers : {0, 1, 4}) {
    scn::DataLoader loader(0, 100, load, {.workers = workers});
    for (int index = 0; index < 5; ++index) CHECK(loader.next() == std::to_string(index));
    CHECK(thrown_message<scn::IoError>([&] { loader.next(); }) == "batch 5 is gone");
    CHECK_FALSE(loader.next());
  }
}

TEST_CASE("A data loader that is left early stops its workers, also before the first batch", "[train]") {
  std::atomic<int> calls = 0;
  const auto load = [&](std::int64_t index) {
    ++calls;
    return index;
  };
  for (int i = 0; i < 50; ++i) scn::DataLoader loader(0, 1000000, load, {.workers = 4});
  CHECK(calls <= 50 * 8);
}

TEST_CASE("A data loader hands out batches that can only be moved, and none where there are none", "[train]") {
  const auto load = [](std::int64_t index) { return std::make_unique<std::int64_t>(index); };
  scn::DataLoader loader(0, 2, load, {.workers = 1});
  CHECK(**loader.next() == 0);
  CHECK(**loader.next() == 1);
  scn::DataLoader empty(0, 0, load, {.workers = 2});
  CHECK_FALSE(empty.next());
}

TEST_CASE("A data loader refuses settings that are none", "[train]") {
  const auto load = [](std::int64_t index) { return index; };
  const std::string must = "DataLoader: workers must not be negative and ahead be at least 1, got ";
  CHECK(thrown_message<scn::InvalidArgument>([&] { scn::DataLoader(0, 1, load, {.workers = -1}); }) ==
        must + "-1 and 2");
  CHECK(thrown_message<scn::InvalidArgument>([&] { scn::DataLoader(0, 1, load, {.workers = 1, .ahead = 0}); }) ==
        must + "1 and 0");
}

TEST_CASE("A shuffle has every number once, and follows from seed and epoch alone", "[train]") {
  const auto order = scn::shuffled(1000, 7, 3);
  auto sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (std::int64_t i = 0; i < 1000; ++i) REQUIRE(sorted[static_cast<std::size_t>(i)] == i);
  CHECK(order == scn::shuffled(1000, 7, 3));
  CHECK(order != scn::shuffled(1000, 7, 4));
  CHECK(order != scn::shuffled(1000, 8, 3));
  CHECK(scn::shuffled(0, 7, 3).empty());
  CHECK(thrown_message<scn::InvalidArgument>([] { scn::shuffled(-1, 0, 0); }) ==
        "shuffled: expected a count that is not negative, got -1");
}

TEST_CASE("A shuffle puts every number in every place about equally often", "[train]") {
  std::vector<std::vector<int>> counts(4, std::vector<int>(4, 0));
  for (std::uint64_t epoch = 0; epoch < 4000; ++epoch) {
    const auto order = scn::shuffled(4, 1, epoch);
    for (std::size_t place = 0; place < 4; ++place) ++counts[place][static_cast<std::size_t>(order[place])];
  }
  for (const auto& row : counts)
    for (const int count : row) CHECK(std::abs(count - 1000) < 150);  // five standard deviations
}

}  // namespace
