// Owning, move-only array in device memory.
#pragma once

#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "scn/core/device.hpp"

namespace scn {

/// `size` elements of T on a device; contents are undefined until written. Memory comes from the device's pool and goes
/// back to it, so a buffer may outlive its device object. T is trivially copyable.
template <class T, Device Dev>
class Buffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Buffer() = default;
  Buffer(Dev& device, std::int64_t size)
      : size_(size), block_(allocate(device, checked_bytes(size, 1, std::int64_t{sizeof(T)}))) {}

  /// A copy of host memory.
  Buffer(Dev& device, std::span<const T> values) : Buffer(device, static_cast<std::int64_t>(values.size())) {
    if (size_ > 0) upload(device, data(), values.data(), size_ * std::int64_t{sizeof(T)});
  }

  Buffer(Buffer&& other) noexcept : size_(std::exchange(other.size_, 0)), block_(std::move(other.block_)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    size_ = std::exchange(other.size_, 0);
    block_ = std::move(other.block_);
    return *this;
  }

  std::int64_t size() const { return size_; }
  T* data() { return static_cast<T*>(block_.data()); }
  const T* data() const { return static_cast<const T*>(block_.data()); }

  /// The elements in host memory; waits for the device.
  std::vector<T> to_host(Dev& device) const {
    std::vector<T> values(static_cast<std::size_t>(size_));
    if (size_ > 0) download(device, values.data(), data(), size_ * std::int64_t{sizeof(T)});
    return values;
  }

 private:
  std::int64_t size_ = 0;
  typename Dev::Block block_;
};

}  // namespace scn
