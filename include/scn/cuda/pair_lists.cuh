// The memory of a map on the GPU, while it is being filled.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <utility>

#include "scn/cuda/device.cuh"
#include "scn/cuda/rules.cuh"

namespace scn::gpu {

/// Divides one piece of memory among lists, each at a multiple of 256 bytes.
class MemoryDivider {
 public:
  explicit MemoryDivider(void* memory) : memory_(static_cast<char*>(memory)) {}
  template <class Element>
  void next(Element*& list, std::int64_t count) {
    if (memory_ != nullptr) list = reinterpret_cast<Element*>(memory_ + bytes_);
    bytes_ += (count * std::int64_t{sizeof(Element)} + 255) / 256 * 256;
  }
  std::int64_t bytes() const { return bytes_; }

 private:
  char* memory_;
  std::int64_t bytes_ = 0;
};

/// The lists of RulesView, to be written.
struct PairLists {
  std::uint32_t* present = nullptr;
  std::int64_t* segment_pair = nullptr;
  std::int32_t* in = nullptr;
  std::int32_t* row = nullptr;
  std::int32_t* tile_segment = nullptr;
  std::int32_t* segment_tap = nullptr;
};

/// Which of the lists that a map may leave out it has.
struct ListsKept {
  bool row = false, segments = false;
};

/// Memory for lists of the lengths that `rules` tells, which become its own.
template <class T>
PairLists give_lists(CudaDevice<T>& device, Rules& rules, ListsKept kept) {
  require<LimitExceeded>(rules.segments < std::numeric_limits<std::int32_t>::max(),
                         "a map holds at most 2147483646 segments of pairs, got ", rules.segments);
  PairLists lists;
  const auto divide = [&](void* memory) {
    MemoryDivider divider(memory);
    divider.next(lists.present, rules.segments * tile_rows);
    divider.next(lists.segment_pair, rules.segments + 1);
    divider.next(lists.in, rules.length);
    if (kept.row) divider.next(lists.row, rules.tiles * tile_rows);
    if (kept.segments) {
      divider.next(lists.tile_segment, rules.tiles + 1);
      divider.next(lists.segment_tap, rules.segments);
    }
    return divider.bytes();
  };
  auto memory = std::make_shared<Rules::Memory>();
  memory->queue = device.queue;
  memory->bytes = divide(nullptr);
  memory->blocks.push_back(allocate(device, memory->bytes));
  divide(memory->blocks.front().data());
  rules.present = lists.present;
  rules.segment_pair = lists.segment_pair;
  rules.in = lists.in;
  rules.row = lists.row;
  rules.tile_segment = lists.tile_segment;
  rules.segment_tap = lists.segment_tap;
  rules.memory = std::move(memory);
  return lists;
}

}  // namespace scn::gpu
