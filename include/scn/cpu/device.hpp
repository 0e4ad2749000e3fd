// The CPU device: memory from a pool, OpenMP threads, a counter-based random generator.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "scn/core/device.hpp"
#include "scn/core/host_pool.hpp"
#include "scn/core/matrix.hpp"
#include "scn/cpu/instructions.hpp"
#include "scn/cpu/parallel.hpp"
#include "scn/cpu/pool.hpp"
#include "scn/cpu/rules.hpp"
#include "scn/cpu/site_index.hpp"

namespace scn {

/// `Cpu device{.threads = 4, .seed = 1}`. T is float or double, for features and sums alike. A device belongs to one
/// thread of the caller at a time and must outlive the tensors and layers that were made with it. Layers run on the
/// device of their input and draw from it.
template <class T>
struct CpuDevice {
  using Scalar = T;
  using Accumulator = T;
  using Block = cpu::Block;
  using Rules = cpu::Rules;
  template <int D>
  using SiteIndex = cpu::SiteIndex<D>;

  /// A convolution's weights as the kernels want them: tap k, group g is an (in / groups) x (out / groups) matrix.
  struct Weights {
    const T* data = nullptr;
    std::int64_t taps = 0, groups = 1, in = 0, out = 0;  ///< in and out count the channels of all groups

    std::int64_t group_in() const { return in / groups; }
    std::int64_t group_out() const { return out / groups; }
    bool by_channels() const { return group_in() == 1 && group_out() == 1; }
    const T* matrix(std::int64_t tap, std::int64_t group) const {
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

static_assert(conforms<CpuDevice<float>> && conforms<CpuDevice<double>>);

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

/// f(row, channel) for every element, any order; one task is a block of rows.
template <class T, class F>
void parallel_for(CpuDevice<T>& device, Rows rows, std::int64_t channels, const F& f) {
  const std::int64_t block = std::max<std::int64_t>(1, 65536 / std::max<std::int64_t>(1, channels));
  cpu::parallel(device.threads, (rows.bound + block - 1) / block, [&](std::int64_t task) {
    const F local = f;
    for (std::int64_t row = task * block, end = std::min(rows.bound, row + block); row < end; ++row)
      for (std::int64_t channel = 0; channel < channels; ++channel) local(row, channel);
  });
}

/// f(i) for every i in [0, rows), any order.
template <class T, class F>
void parallel_for(CpuDevice<T>& device, Rows rows, const F& f) {
  parallel_for(device, rows, 1, [f](std::int64_t i, std::int64_t) { f(i); });
}

/// out(s, c) = sum of f(row, c) over the rows of segment s: chunks of 1,024 rows, then a fixed tree over the chunks.
template <class T, class F>
void reduce(CpuDevice<T>& device, Rows rows, std::int64_t channels, Segments segments, const F& f,
            Matrix<CpuDevice<T>, T>& out) {
  constexpr std::int64_t chunk = 1024;
  auto sums = out.view();
  for (std::int64_t segment = 0; segment < segments.count; ++segment) {
    const std::int64_t begin = segments.offsets == nullptr ? 0 : segments.offsets[segment];
    const std::int64_t end = segments.offsets == nullptr ? rows.bound : segments.offsets[segment + 1];
    const std::int64_t chunks = std::max<std::int64_t>(1, (end - begin + chunk - 1) / chunk);
    Matrix<CpuDevice<T>, T> partial = Matrix<CpuDevice<T>, T>::zeros(device, chunks, channels);
    auto part = partial.view();
    cpu::parallel(device.threads, chunks, [&](std::int64_t task) {
      const F local = f;
      T* sum = &part(task, 0);
      for (std::int64_t row = begin + task * chunk, last = std::min(end, row + chunk); row < last; ++row)
        for (std::int64_t channel = 0; channel < channels; ++channel) sum[channel] += local(row, channel);
    });
    for (std::int64_t step = 1; step < chunks; step *= 2)
      for (std::int64_t task = 0; task + step < chunks; task += 2 * step)
        for (std::int64_t channel = 0; channel < channels; ++channel) part(task, channel) += part(task + step, channel);
    for (std::int64_t channel = 0; channel < channels; ++channel) sums(segment, channel) = part(0, channel);
  }
}

template <class T>
cpu::Rules transpose(CpuDevice<T>& device, const cpu::Rules& rules) {
  return cpu::transposed(device.pool, device.threads, rules);
}

/// For each output row and channel: value = f.start(out, c); fold_step(f, value, tap, in, out, c) in tap order;
/// f.finish(value, out, c).
template <class T, class F>
void fold(CpuDevice<T>& device, const cpu::Rules& rules, std::int64_t channels, const F& f) {
  using Value = decltype(f.start(std::int64_t{}, std::int64_t{}));
  cpu::parallel(device.threads, rules.tiles, [&](std::int64_t tile) {
    const F local = f;
    const std::int64_t begin = tile * rules.tile_rows, end = std::min(rules.outputs, begin + rules.tile_rows);
    Buffer<Value, CpuDevice<T>> values(device, (end - begin) * channels);
    Value* value = values.data();
    for (std::int64_t row = begin; row < end; ++row)
      for (std::int64_t c = 0; c < channels; ++c) value[(row - begin) * channels + c] = local.start(row, c);
    for (std::int64_t tap = 0; tap < rules.taps; ++tap)
      for (std::int64_t pair = rules.begin(tap, tile); pair < rules.end(tap, tile); ++pair) {
        const std::int64_t in = rules.in[static_cast<std::size_t>(pair)];
        const std::int64_t out = rules.out[static_cast<std::size_t>(pair)];  // of the tile
        Value* const row = value + out * channels;
        for (std::int64_t c = 0; c < channels; ++c) fold_step(local, row[c], tap, in, begin + out, c);
      }
    for (std::int64_t row = begin; row < end; ++row)
      for (std::int64_t c = 0; c < channels; ++c) local.finish(value[(row - begin) * channels + c], row, c);
  });
}

}  // namespace scn
