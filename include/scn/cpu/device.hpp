// The CPU device: memory from a pool, OpenMP threads, a counter-based random generator.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>

#include "scn/core/bfloat16.hpp"
#include "scn/core/device.hpp"
#include "scn/core/host_pool.hpp"
#include "scn/core/matrix.hpp"
#include "scn/cpu/instructions.hpp"
#include "scn/cpu/parallel.hpp"
#include "scn/cpu/pool.hpp"
#include "scn/cpu/rules.hpp"
#include "scn/cpu/site_index.hpp"

namespace scn {

/// `Cpu device{.threads = 4, .seed = 1}`. T is float or double, for features and sums alike, or bfloat16, the type of
/// features alone: sums, parameters and their gradients are then floats, and weights are rounded as they are used. A
/// device belongs to one thread of the caller at a time and must outlive the tensors and layers that were made with it.
/// Layers run on the device of their input and draw from it.
template <class T>
struct CpuDevice {
  using Scalar = T;
  using Accumulator = std::conditional_t<std::is_same_v<T, bfloat16>, float, T>;
  using Block = cpu::Block;
  using Rules = cpu::Rules;
  template <int D>
  using SiteIndex = cpu::SiteIndex<D>;

  /// A convolution's weights as the kernels want them: tap k, group g is an (in / groups) x (out / groups) matrix.
  struct Weights {
    const Accumulator* data = nullptr;
    std::int64_t taps = 0, groups = 1, in = 0, out = 0;  ///< in and out count the channels of all groups

    std::int64_t group_in() const { return in / groups; }
    std::int64_t group_out() const { return out / groups; }
    bool by_channels() const { return group_in() == 1 && group_out() == 1; }
    const Accumulator* matrix(std::int64_t tap, std::int64_t group) const {
      return data + (tap * groups + group) * group_in() * group_out();
    }
  };

  int threads = 0;          ///< 0: as many as this process may use. No result depends on it.
  std::uint64_t seed = 0;   ///< of initialisation and dropout
  std::uint64_t draws = 0;  ///< requests for random numbers so far; store and restore it to resume a run
  Instructions instructions = Instructions::automatic;  ///< of convolutions and products; they round differently
  std::shared_ptr<HostPool> pool = std::make_shared<HostPool>();  ///< memory of everything that is made with it

  std::uint64_t next_draw() { return draws++; }
  const std::shared_ptr<HostPool>& host_pool() const { return pool; }
  static std::int64_t pitch(std::int64_t channels) { return channels; }
};

static_assert(conforms<CpuDevice<float>> && conforms<CpuDevice<double>> && conforms<CpuDevice<bfloat16>>);

template <class T>
cpu::Block allocate(CpuDevice<T>& device, std::int64_t bytes) {
  return bytes == 0 ? cpu::Block() : cpu::Block(device.pool, static_cast<std::size_t>(bytes));
}

template <class T>
void copy_memory(CpuDevice<T>&, void* to, const void* from, std::int64_t bytes) {
  std::memcpy(to, from, static_cast<std::size_t>(bytes));
}

template <class T>
void upload(CpuDevice<T>& device, void* to, const void* from, std::int64_t bytes) {
  copy_memory(device, to, from, bytes);
}

template <class T>
void download(CpuDevice<T>& device, void* to, const void* from, std::int64_t bytes) {
  copy_memory(device, to, from, bytes);
}

template <class T>
void fill_zero(CpuDevice<T>&, void* to, std::int64_t bytes) {
  std::memset(to, 0, static_cast<std::size_t>(bytes));
}

template <class T>
void synchronize(CpuDevice<T>&) {}

namespace cpu {

/// Elements of a row that a loop holds at a time, and elements that a task goes through: large enough that a task pays,
/// small enough that what it sums and folds stays in the cache.
inline constexpr std::int64_t strip_channels = 64, task_elements = 65536;

/// f(row, c) for the rows from `begin` to `end`. A function of its own, whose copy of f nobody else sees: what f holds
/// stays in registers, and what depends on it alone is decided before the loops.
template <class F>
[[gnu::noinline]] void each_element(std::int64_t begin, std::int64_t end, std::int64_t channels, const F f) {
  for (std::int64_t row = begin; row < end; ++row) {
    if constexpr (requires { f.at(row); }) {
      const auto in_row = f.at(row);
      in_lanes(channels, [&](std::int64_t c) { in_row(c); });
    } else {
      in_lanes(channels, [&](std::int64_t c) { f(row, c); });
    }
  }
}

/// sums[n][c] = the n-th number of the sum of f(row, c) over the rows from `begin` to `end`, in their order.
template <std::size_t N, class T, class F>
[[gnu::noinline]] void sum_rows(std::int64_t begin, std::int64_t end, std::int64_t channels, const F f, T* sums) {
  for (std::int64_t first = 0; first < channels; first += strip_channels) {
    const std::int64_t width = std::min(strip_channels, channels - first);
    std::array<T, N * strip_channels> strip{};
    T* const sum = strip.data();
    for (std::int64_t row = begin; row < end; ++row)
      in_lanes(width, [&](std::int64_t c) {
        const std::array<T, N> terms = f(row, first + c);
        for (std::size_t n = 0; n < N; ++n) sum[static_cast<std::int64_t>(n) * strip_channels + c] += terms[n];
      });
    for (std::size_t n = 0; n < N; ++n)
      std::copy_n(sum + static_cast<std::int64_t>(n) * strip_channels, width,
                  sums + static_cast<std::int64_t>(n) * channels + first);
  }
}

/// Sums of N numbers over rows: chunks of 1,024 rows, then a fixed tree over the chunks; row n of the result to[n].
template <class T, class A, std::size_t N, class F>
void reduce_rows(CpuDevice<T>& device, std::int64_t begin, std::int64_t end, std::int64_t channels, const F& f,
                 const std::array<A*, N>& to) {
  constexpr std::int64_t chunk = 1024;
  const std::int64_t chunks = std::max<std::int64_t>(1, (end - begin + chunk - 1) / chunk);
  const std::int64_t width = static_cast<std::int64_t>(N) * channels;
  Buffer<A, CpuDevice<T>> partial(device, chunks * width);
  parallel(device.threads, chunks, [&](std::int64_t task) {
    const std::int64_t first = begin + task * chunk;
    sum_rows<N>(first, std::min(end, first + chunk), channels, f, partial.data() + task * width);
  });
  for (std::int64_t step = 1; step < chunks; step *= 2)
    for (std::int64_t task = 0; task + step < chunks; task += 2 * step) {
      A *const sum = partial.data() + task * width, *const more = sum + step * width;
      in_lanes(width, [&](std::int64_t i) { sum[i] += more[i]; });
    }
  for (std::size_t n = 0; n < N; ++n)
    std::copy_n(partial.data() + static_cast<std::int64_t>(n) * channels, channels, to[n]);
}

/// A functor of one number, or of a pair, as one of an array.
template <class T, class F>
struct OneTerm {
  F f;
  constexpr std::array<T, 1> operator()(std::int64_t row, std::int64_t c) const { return {f(row, c)}; }
};
template <class T, class F>
struct TwoTerms {
  F f;
  constexpr std::array<T, 2> operator()(std::int64_t row, std::int64_t c) const {
    const auto terms = f(row, c);
    return {terms.first, terms.second};
  }
};

}  // namespace cpu

/// f(row, channel) for every element, any order; one task is a block of rows. An f with at(row) is asked once for what
/// it does in that row.
template <class T, class F>
void parallel_for(CpuDevice<T>& device, Rows rows, std::int64_t channels, const F& f) {
  const std::int64_t block = std::max<std::int64_t>(1, cpu::task_elements / std::max<std::int64_t>(1, channels));
  cpu::parallel(device.threads, (rows.bound + block - 1) / block, [&](std::int64_t task) {
    cpu::each_element(task * block, std::min(rows.bound, (task + 1) * block), channels, f);
  });
}

/// f(i) for every i in [0, rows), any order.
template <class T, class F>
void parallel_for(CpuDevice<T>& device, Rows rows, const F& f) {
  constexpr std::int64_t block = cpu::task_elements;
  cpu::parallel(device.threads, (rows.bound + block - 1) / block, [&](std::int64_t task) {
    const F local = f;
    for (std::int64_t i = task * block, end = std::min(rows.bound, i + block); i < end; ++i) local(i);
  });
}

/// out(s, c) = sum of f(row, c) over the rows of segment s: chunks of 1,024 rows, then a fixed tree over the chunks.
template <class T, class F>
void reduce(CpuDevice<T>& device, Rows rows, std::int64_t channels, Segments segments, const F& f,
            Matrix<CpuDevice<T>, typename CpuDevice<T>::Accumulator>& out) {
  using A = typename CpuDevice<T>::Accumulator;
  for (std::int64_t segment = 0; segment < segments.count; ++segment) {
    const std::int64_t begin = segments.offsets == nullptr ? 0 : segments.offsets[segment];
    const std::int64_t end = segments.offsets == nullptr ? rows.bound : segments.offsets[segment + 1];
    cpu::reduce_rows(device, begin, end, channels, cpu::OneTerm<A, F>{f}, std::array{&out.view()(segment, 0)});
  }
}

/// Two sums over all rows in one pass: those of f(row, c).first and of f(row, c).second.
template <class T, class F>
void reduce_pair(CpuDevice<T>& device, Rows rows, std::int64_t channels, const F& f,
                 Matrix<CpuDevice<T>, typename CpuDevice<T>::Accumulator>& first,
                 Matrix<CpuDevice<T>, typename CpuDevice<T>::Accumulator>& second) {
  using A = typename CpuDevice<T>::Accumulator;
  cpu::reduce_rows(device, 0, rows.bound, channels, cpu::TwoTerms<A, F>{f},
                   std::array{first.view().data, second.view().data});
}

template <class T>
cpu::Rules transpose(CpuDevice<T>& device, const cpu::Rules& rules) {
  return cpu::transposed(device.pool, device.threads, rules);
}

}  // namespace scn
