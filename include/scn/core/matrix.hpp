// Rows x channels in device memory, and the view of it that kernels take by value.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "scn/core/buffer.hpp"
#include "scn/core/device.hpp"
#include "scn/core/host_pool.hpp"

namespace scn {

/// What a kernel sees of a matrix: element (r, c) is data[r * pitch + c].
template <class T>
struct MatrixView {
  T* data = nullptr;
  Rows rows;
  std::int64_t channels = 0;
  std::int64_t pitch = 0;

  constexpr T& operator()(std::int64_t row, std::int64_t channel) const { return data[row * pitch + channel]; }
};

/// Assigns to a result or adds to it, as a kernel was told.
template <class T>
constexpr void store(T& to, T value, Write write) {
  to = write == Write::assign ? value : to + value;
}

/// Owning, move-only matrix; contents are undefined until written, unless made by zeros().
template <Device Dev, class T>
class Matrix {
 public:
  Matrix() = default;
  Matrix(Dev& device, std::int64_t rows, std::int64_t channels)
      : device_(&device), rows_{rows}, channels_(channels), pitch_(Dev::pitch(channels)) {
    checked_bytes(rows, pitch_, std::int64_t{sizeof(T)});
    buffer_ = Buffer<T, Dev>(device, rows * pitch_);
  }

  static Matrix zeros(Dev& device, std::int64_t rows, std::int64_t channels) {
    Matrix matrix(device, rows, channels);
    matrix.set_zero();
    return matrix;
  }

  /// A copy of rows * channels row-major numbers in host memory, converted to T.
  template <class Number>
  static Matrix from_host(Dev& device, std::int64_t rows, std::int64_t channels, std::span<const Number> values) {
    require(static_cast<std::int64_t>(values.size()) == checked_bytes(rows, channels, 1), "Matrix: expected ", rows,
            " x ", channels, " numbers, got ", values.size());
    Matrix matrix(device, rows, channels);
    if constexpr (std::same_as<Number, T>) {
      if (matrix.pitch_ == channels) {
        if (!values.empty())
          upload(device, matrix.buffer_.data(), values.data(), rows * channels * std::int64_t{sizeof(T)});
        return matrix;
      }
    }
    HostVector<T> padded(static_cast<std::size_t>(rows * matrix.pitch_), T{}, host_allocator<T>(device));
    for (std::int64_t row = 0; row < rows; ++row)
      for (std::int64_t channel = 0; channel < channels; ++channel)
        padded[static_cast<std::size_t>(row * matrix.pitch_ + channel)] =
            static_cast<T>(values[static_cast<std::size_t>(row * channels + channel)]);
    if (!padded.empty())
      upload(device, matrix.buffer_.data(), padded.data(), matrix.buffer_.size() * std::int64_t{sizeof(T)});
    return matrix;
  }

  Dev& device() const { return *device_; }
  Rows rows() const { return rows_; }
  std::int64_t channels() const { return channels_; }
  MatrixView<T> view() { return {buffer_.data(), rows_, channels_, pitch_}; }
  MatrixView<const T> view() const { return {buffer_.data(), rows_, channels_, pitch_}; }

  void set_zero() {
    if (buffer_.size() > 0) fill_zero(*device_, buffer_.data(), buffer_.size() * std::int64_t{sizeof(T)});
  }

  Matrix copy() const {
    Matrix result(*device_, rows_.bound, channels_);
    if (buffer_.size() > 0)
      copy_memory(*device_, result.buffer_.data(), buffer_.data(), buffer_.size() * std::int64_t{sizeof(T)});
    return result;
  }

  /// Row-major rows x channels in host memory, without padding; waits for the device.
  std::vector<T> to_host() const {
    if (device_ == nullptr) return {};
    const std::vector<T> padded = buffer_.to_host(*device_);
    std::vector<T> values(static_cast<std::size_t>(rows_.bound * channels_));
    for (std::int64_t row = 0; row < rows_.bound; ++row)
      for (std::int64_t channel = 0; channel < channels_; ++channel)
        values[static_cast<std::size_t>(row * channels_ + channel)] =
            padded[static_cast<std::size_t>(row * pitch_ + channel)];
    return values;
  }

 private:
  Dev* device_ = nullptr;
  Rows rows_;
  std::int64_t channels_ = 0;
  std::int64_t pitch_ = 0;
  Buffer<T, Dev> buffer_;
};

}  // namespace scn
