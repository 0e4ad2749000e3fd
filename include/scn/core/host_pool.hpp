// Host memory that is used again: blocks by size, and an allocator that puts standard containers and handles there.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <limits>
#include <memory>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace scn {

/// Blocks from 64 bytes on, four sizes an octave. What was given back serves the next request of its size, or of one up
/// to an octave smaller, and a new block of more than 4 KiB is a size larger than asked for: so frames that differ by
/// less than a fifth find their blocks. A take or a give is a lock and a few instructions, without a search.
///
/// Memory goes back to the system when the pool dies, by release(), when the system has no more, and when a request
/// finds no block although free ones have more than twice the bytes that were ever in use at once. Thread-safe.
class HostPool {
 public:
  static constexpr std::size_t alignment = 64;

  HostPool() = default;
  HostPool(const HostPool&) = delete;
  HostPool& operator=(const HostPool&) = delete;
  ~HostPool() { release(); }

  /// At least `bytes`, aligned; throws std::bad_alloc. Every block has to come back before the pool dies.
  void* take(std::size_t bytes) {
    const std::size_t wanted = size_class(bytes);
    const std::lock_guard lock(mutex_);
    Header* block = nullptr;
    for (std::size_t at = wanted; block == nullptr && at <= std::min(wanted + octave, classes - 1); ++at)
      block = std::exchange(free_[at], free_[at] == nullptr ? nullptr : free_[at]->next);
    if (block == nullptr)
      block = make(class_bytes(wanted) > 4096 ? std::min(wanted + 1, classes - 1) : wanted);
    else
      free_bytes_ -= class_bytes(block->size_class);
    used_bytes_ += class_bytes(block->size_class);
    most_used_ = std::max(most_used_, used_bytes_);
    return block + 1;
  }

  void give(void* data) noexcept {
    Header* const block = static_cast<Header*>(data) - 1;
    const std::lock_guard lock(mutex_);
    block->next = std::exchange(free_[block->size_class], block);
    used_bytes_ -= class_bytes(block->size_class);
    free_bytes_ += class_bytes(block->size_class);
  }

  /// Gives every free block back to the system.
  void release() noexcept {
    const std::lock_guard lock(mutex_);
    free_all();
  }

  /// Bytes of the blocks that are in use, and of those that are free.
  std::size_t used_bytes() const {
    const std::lock_guard lock(mutex_);
    return used_bytes_;
  }
  std::size_t free_bytes() const {
    const std::lock_guard lock(mutex_);
    return free_bytes_;
  }

  /// The size of the block that so many bytes get at least.
  static std::size_t rounded(std::size_t bytes) { return class_bytes(size_class(bytes)); }

 private:
  struct alignas(alignment) Header {  // in front of the block's memory
    std::size_t size_class;
    Header* next;
  };
  static constexpr std::size_t octave = 4, classes = octave * 55;

  /// 64, 128, 192, 256, then four steps from each power of two to the next.
  static std::size_t size_class(std::size_t bytes) {
    if (bytes > std::numeric_limits<std::size_t>::max() / 4) throw std::bad_alloc();
    if (bytes <= 256) return bytes == 0 ? 0 : (bytes - 1) / 64;
    const auto power = static_cast<std::size_t>(std::bit_width(bytes - 1)) - 9;  // of 256 bytes
    return octave * (power + 1) + ((bytes - 1) >> (power + 6)) - octave;
  }
  static std::size_t class_bytes(std::size_t size_class) {
    if (size_class < octave) return 64 * (size_class + 1);
    return (octave + size_class % octave + 1) << (size_class / octave + 5);
  }

  Header* make(std::size_t size_class) {
    if (free_bytes_ / 2 > most_used_) free_all();
    const std::size_t bytes = sizeof(Header) + class_bytes(size_class);
    void* memory = ::operator new (bytes, std::align_val_t{alignment}, std::nothrow);
    if (memory == nullptr) {
      free_all();
      memory = ::operator new (bytes, std::align_val_t{alignment});
    }
    return ::new (memory) Header{size_class, nullptr};
  }
  void free_all() noexcept {
    for (Header*& first : free_)
      while (first != nullptr) ::operator delete (std::exchange(first, first->next), std::align_val_t{alignment});
    free_bytes_ = 0;
  }

  mutable std::mutex mutex_;
  std::size_t used_bytes_ = 0, most_used_ = 0, free_bytes_ = 0;
  std::array<Header*, classes> free_{};
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
