// The memory of a map on the GPU, while it is being filled.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <utility>

#include "scn/cuda/device.cuh"
#include "scn/cuda/rules.cuh"

namespace scn::cuda {

/// The lists of RulesView, to be written.
struct PairLists {
  std::int32_t* in;
  std::uint8_t* place;
  std::int64_t* group_first;
  std::int32_t* group_tap;
  std::int32_t* tile_first;
};

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

inline std::int64_t divide(void* memory, PairLists& lists, std::int64_t pairs, std::int64_t groups,
                           std::int64_t tiles) {
  MemoryDivider divider(memory);
  divider.next(lists.in, pairs);
  divider.next(lists.place, pairs);
  divider.next(lists.group_first, groups + 1);
  divider.next(lists.group_tap, groups);
  divider.next(lists.tile_first, tiles + 1);
  return divider.bytes();
}

/// Memory for lists of the lengths that `rules` tells, which become its own.
template <class T>
PairLists give_lists(CudaDevice<T>& device, Rules& rules) {
  require<LimitExceeded>(rules.groups < std::numeric_limits<std::int32_t>::max(),
                         "a map holds at most 2147483646 groups of pairs, got ", rules.groups);
  PairLists lists{};
  auto memory = std::make_shared<Rules::Memory>();
  memory->queue = device.queue;
  memory->bytes = divide(nullptr, lists, rules.length, rules.groups, rules.tiles);
  memory->blocks.push_back(allocate(device, memory->bytes));
  divide(memory->blocks.front().data(), lists, rules.length, rules.groups, rules.tiles);
  rules.in = lists.in;
  rules.place = lists.place;
  rules.group_first = lists.group_first;
  rules.group_tap = lists.group_tap;
  rules.tile_first = lists.tile_first;
  rules.memory = std::move(memory);
  return lists;
}

}  // namespace scn::cuda
