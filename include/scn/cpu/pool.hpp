// Memory of the CPU device: aligned blocks that go back to a pool and are used again.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace scn::cpu {

/// Free blocks by size. Shared by the device and by every block it gave out; thread-safe.
class Pool {
 public:
  static constexpr std::align_val_t alignment{64};

  Pool() = default;
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() {
    for (auto& [size, blocks] : free_)
      for (void* block : blocks) ::operator delete(block, alignment);
  }

  /// Sizes are rounded up to four steps an octave, so that similar frames find each other's blocks.
  static std::size_t rounded(std::size_t bytes) {
    if (bytes <= 256) return 256;
    const std::size_t step = std::bit_floor(bytes - 1) / 4;
    return (bytes + step - 1) / step * step;
  }

  void* take(std::size_t size) {
    {
      const std::lock_guard lock(mutex_);
      auto& blocks = free_[size];
      if (!blocks.empty()) {
        void* block = blocks.back();
        blocks.pop_back();
        return block;
      }
      ++given_;
      if (blocks.capacity() < given_) blocks.reserve(2 * given_);  // so that give() never allocates
    }
    return ::operator new(size, alignment);
  }

  void give(void* block, std::size_t size) noexcept {
    const std::lock_guard lock(mutex_);
    free_[size].push_back(block);
  }

 private:
  std::mutex mutex_;
  std::size_t given_ = 0;
  std::map<std::size_t, std::vector<void*>> free_;
};

/// Owner of one piece of memory.
class Block {
 public:
  Block() = default;
  Block(std::shared_ptr<Pool> pool, std::size_t bytes) : pool_(std::move(pool)), size_(Pool::rounded(bytes)) {
    data_ = pool_->take(size_);
  }
  Block(Block&& other) noexcept
      : pool_(std::move(other.pool_)), data_(std::exchange(other.data_, nullptr)), size_(other.size_) {}
  Block& operator=(Block&& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Block() {
    if (data_ != nullptr) pool_->give(data_, size_);
  }

  void* data() const { return data_; }

 private:
  std::shared_ptr<Pool> pool_;
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace scn::cpu
