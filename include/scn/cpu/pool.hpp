// Memory of the CPU device: blocks of its pool.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "scn/core/host_pool.hpp"

namespace scn::cpu {

/// Owner of one piece of memory.
class Block {
 public:
  Block() = default;
  Block(std::shared_ptr<HostPool> pool, std::size_t bytes) : pool_(std::move(pool)), data_(pool_->take(bytes)) {}
  Block(Block&& other) noexcept : pool_(std::move(other.pool_)), data_(std::exchange(other.data_, nullptr)) {}
  Block& operator=(Block&& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(data_, other.data_);
    return *this;
  }
  ~Block() {
    if (data_ != nullptr) pool_->give(data_);
  }

  void* data() const { return data_; }

 private:
  std::shared_ptr<HostPool> pool_;
  void* data_ = nullptr;
};

}  // namespace scn::cpu
