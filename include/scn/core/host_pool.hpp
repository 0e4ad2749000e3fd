// Host memory that is used again: blocks that are cut and grow together, and an allocator that puts standard containers
// and handles there.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "scn/core/free_blocks.hpp"

namespace scn {

/// Memory is had from the system in chunks and cut into blocks, whose sizes are a sixteenth apart; blocks that come
/// back grow together with free neighbours. A take or a give is a lock and a few instructions, without a search. A
/// chunk has room for a sixteenth more than the request that it is made for, and at least an eighth of what the pool
/// has.
///
/// Memory goes back to the system when the pool dies, by release(), when the system has no more, and when a request
/// finds no block although free ones have more than twice the bytes that were ever in use at once. Thread-safe.
class HostPool {
 public:
  static constexpr std::size_t alignment = alignof(detail::MemoryBlock);

  HostPool() = default;
  HostPool(const HostPool&) = delete;
  HostPool& operator=(const HostPool&) = delete;
  ~HostPool() { release(); }

  /// At least `bytes`, aligned; throws std::bad_alloc. Every block has to come back before the pool dies.
  void* take(std::size_t bytes) {
    const std::size_t wanted = rounded(bytes);
    const std::lock_guard lock(mutex_);
    Block* block = free_.find(wanted);
    if (block == nullptr)
      block = make_chunk(wanted);
    else
      free_.remove(block);
    if (block->bytes >= wanted + 2 * sizeof(Block)) free_.add(cut(block, wanted));
    used_bytes_ += block->bytes;
    most_used_ = std::max(most_used_, used_bytes_);
    return block + 1;
  }

  void give(void* data) noexcept {
    Block* block = static_cast<Block*>(data) - 1;
    const std::lock_guard lock(mutex_);
    used_bytes_ -= block->bytes;
    if (Block* const after = block->after(); after != nullptr && after->free) {
      free_.remove(after);
      join(block, after);
    }
    if (Block* const before = block->before; before != nullptr && before->free) {
      free_.remove(before);
      join(before, block);
      block = before;
    }
    free_.add(block);
  }

  /// Gives every chunk of which nothing is in use back to the system.
  void release() noexcept {
    const std::lock_guard lock(mutex_);
    release_chunks();
  }

  /// Bytes of the blocks that are in use, and of those that are free.
  std::size_t used_bytes() const {
    const std::lock_guard lock(mutex_);
    return used_bytes_;
  }
  std::size_t free_bytes() const {
    const std::lock_guard lock(mutex_);
    return free_.bytes();
  }
  /// Bytes that were had from the system and did not go back, blocks and what stands in front of each.
  std::size_t chunk_bytes() const {
    const std::lock_guard lock(mutex_);
    return chunk_bytes_;
  }

  /// The size of the block that so many bytes get at least.
  static std::size_t rounded(std::size_t bytes) {
    if (bytes > std::numeric_limits<std::size_t>::max() / 8) throw std::bad_alloc();
    return detail::FreeBlocks::rounded(bytes);
  }

 private:
  using Block = detail::MemoryBlock;
  static constexpr std::size_t smallest_chunk = std::size_t{1} << 20;

  /// A chunk as one block, in no list.
  Block* make_chunk(std::size_t wanted) {
    if (free_.bytes() / 2 > most_used_) release_chunks();
    const std::size_t roomy = std::max({smallest_chunk, wanted + wanted / 16, (used_bytes_ + free_.bytes()) / 8});
    std::size_t bytes = (roomy + sizeof(Block)) / alignment * alignment;
    void* memory = ::operator new (bytes, std::align_val_t{alignment}, std::nothrow);
    if (memory == nullptr) {
      release_chunks();
      bytes = wanted + sizeof(Block);
      memory = ::operator new (bytes, std::align_val_t{alignment});
    }
    chunk_bytes_ += bytes;
    return ::new (memory) Block{.bytes = bytes - sizeof(Block), .last = true};
  }
  void release_chunks() noexcept {
    free_.for_each([this](Block* block) {
      if (!block->is_whole_chunk()) return;
      free_.remove(block);
      chunk_bytes_ -= block->bytes + sizeof(Block);
      ::operator delete (block, std::align_val_t{alignment});
    });
  }

  /// What is left of a block that keeps its first `bytes`.
  static Block* cut(Block* block, std::size_t bytes) {
    Block* const rest = ::new (block->at(bytes))
        Block{.bytes = block->bytes - bytes - sizeof(Block), .before = block, .last = block->last};
    if (Block* const after = rest->after()) after->before = rest;
    block->bytes = bytes;
    block->last = false;
    return rest;
  }
  /// The block has the memory of its neighbour, too, which is none any more.
  static void join(Block* block, Block* after) {
    block->bytes += sizeof(Block) + after->bytes;
    block->last = after->last;
    if (Block* const next = block->after()) next->before = block;
  }

  mutable std::mutex mutex_;
  std::size_t used_bytes_ = 0, most_used_ = 0, chunk_bytes_ = 0;
  detail::FreeBlocks free_;
};

/// For standard containers and shared handles; without a pool it takes from the system.
template <class T>
class PoolAllocator {
 public:
  using value_type = T;
  using propagate_on_container_copy_assignment = std::true_type;
  using propagate_on_container_move_assignment = std::true_type;
  using propagate_on_container_swap = std::true_type;

  PoolAllocator() = default;
  explicit PoolAllocator(std::shared_ptr<HostPool> pool) : pool_(std::move(pool)) {}
  template <class U>
  PoolAllocator(const PoolAllocator<U>& other) : pool_(other.pool()) {}

  T* allocate(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / sizeof(T)) throw std::bad_array_new_length();
    return static_cast<T*>(pool_ != nullptr ? pool_->take(count * sizeof(T)) : ::operator new(count * sizeof(T)));
  }
  void deallocate(T* data, std::size_t) noexcept {
    if (pool_ != nullptr)
      pool_->give(data);
    else
      ::operator delete(data);
  }

  const std::shared_ptr<HostPool>& pool() const { return pool_; }
  template <class U>
  bool operator==(const PoolAllocator<U>& other) const {
    return pool_ == other.pool();
  }

 private:
  std::shared_ptr<HostPool> pool_;
};

/// An allocator on the device's host_pool(), or on the system for a device without one.
template <class T, class Dev>
PoolAllocator<T> host_allocator(const Dev& device) {
  if constexpr (requires { device.host_pool(); })
    return PoolAllocator<T>(device.host_pool());
  else
    return {};
}

/// std::make_shared in the device's pool. The handle may outlive the device object.
template <class Object, class Dev, class... Arguments>
std::shared_ptr<Object> make_handle(const Dev& device, Arguments&&... arguments) {
  return std::allocate_shared<Object>(host_allocator<Object>(device), std::forward<Arguments>(arguments)...);
}

/// A std::vector in the device's pool: lists that live for the length of a call.
template <class T>
using HostVector = std::vector<T, PoolAllocator<T>>;

}  // namespace scn
