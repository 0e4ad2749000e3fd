// What a program asks of the heap: heap.cpp replaces operator new and operator delete by ones that count.
#pragma once

#include <cstdint>

namespace suite {

struct Heap {
  std::int64_t bytes = 0;  ///< in use
  std::int64_t peak = 0;   ///< the most that was in use since the last call of forget_peak()
  std::int64_t calls = 0;  ///< of operator new so far
};

Heap heap();
void forget_peak();

}  // namespace suite
