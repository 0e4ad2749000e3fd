// Z-order on the GPU: codes of those bits that vary among the sites, found, formed and sorted without the host.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>

#include "scn/core/buffer.hpp"
#include "scn/cuda/cub.cuh"
#include "scn/cuda/site_index.cuh"
#include "scn/geometry/order.hpp"

namespace scn::gpu {

// A source of sites is a functor: source(i, site) writes candidate i and tells whether there is one. It may also have
// refuses(site): then the lowest number of a candidate that it refuses, and leaves out, is found on the way.

/// What is counted about the candidates of a source; all zero before. Words are the sample, the coordinates, and the
/// coordinates without the bits that follow from their sign.
template <int D>
struct Census {
  std::uint32_t ones[2 * D + 1];   ///< bits that are 1 in a candidate
  std::uint32_t zeros[2 * D + 1];  ///< bits that are 0 in one
  std::uint32_t refused;           ///< complement of the lowest number of a refused candidate; 0: none is
  std::uint32_t samples;           ///< one more than the highest sample
  std::uint32_t distinct;          ///< distinct sites
  std::uint32_t blocks;            ///< blocks that they lie in, or a few more
  std::uint32_t sites;             ///< where candidates are blocks: sites that lie in them

  /// The bits of a coordinate, or of the sample (axis -1), that codes are made of: see ZCode.
  constexpr std::uint32_t used(int axis) const {
    const std::uint32_t varying = ones[axis + 1] & zeros[axis + 1];
    return axis < 0 ? varying : varying & (0x80000000u | (ones[D + 1 + axis] & zeros[D + 1 + axis]));
  }

  /// Number of bits of a code.
  constexpr int bits() const {
    int count = 0;
    for (int axis = -1; axis < D; ++axis)
      for (std::uint32_t left = used(axis); left != 0; left &= left - 1) ++count;
    return count;
  }
};

template <int D, class Source>
__global__ void take_census(Source source, std::int64_t count, Census<D>* census) {
  __shared__ Census<D> block;
  auto* const words = reinterpret_cast<std::uint32_t*>(&block);
  for (unsigned i = threadIdx.x; i < sizeof(block) / 4; i += blockDim.x) words[i] = 0;
  __syncthreads();
  Census<D> mine{};
  for (std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < count;
       i += std::int64_t{gridDim.x} * blockDim.x) {
    Site<D> site{};
    const bool exists = source(i, site);
    if constexpr (requires { source.refuses(site); })
      if (source.refuses(site)) mine.refused = max(mine.refused, ~static_cast<std::uint32_t>(i));
    if (!exists) continue;
    mine.samples = max(mine.samples, static_cast<std::uint32_t>(site.sample) + 1);
    mine.ones[0] |= static_cast<std::uint32_t>(site.sample);
    mine.zeros[0] |= ~static_cast<std::uint32_t>(site.sample);
#pragma unroll
    for (int axis = 0; axis < D; ++axis) {
      const std::int32_t coordinate = site.at[axis], folded = coordinate ^ (coordinate >> 31);
      mine.ones[1 + axis] |= static_cast<std::uint32_t>(coordinate);
      mine.zeros[1 + axis] |= ~static_cast<std::uint32_t>(coordinate);
      mine.ones[D + 1 + axis] |= static_cast<std::uint32_t>(folded);
      mine.zeros[D + 1 + axis] |= ~static_cast<std::uint32_t>(folded);
    }
  }
  const bool first = threadIdx.x % 32 == 0;
#pragma unroll
  for (int word = 0; word < 2 * D + 1; ++word) {
    const unsigned ones = __reduce_or_sync(~0u, mine.ones[word]), zeros = __reduce_or_sync(~0u, mine.zeros[word]);
    if (first) atomicOr(&block.ones[word], ones);
    if (first) atomicOr(&block.zeros[word], zeros);
  }
  const unsigned refused = __reduce_max_sync(~0u, mine.refused);
  const unsigned samples = __reduce_max_sync(~0u, mine.samples);
  if (first) atomicMax(&block.refused, refused);
  if (first) atomicMax(&block.samples, samples);
  __syncthreads();
  for (int word = static_cast<int>(threadIdx.x); word < 2 * D + 1; word += static_cast<int>(blockDim.x)) {
    atomicOr(&census->ones[word], block.ones[word]);
    atomicOr(&census->zeros[word], block.zeros[word]);
  }
  if (threadIdx.x == 0) atomicMax(&census->refused, block.refused);
  if (threadIdx.x == 0) atomicMax(&census->samples, block.samples);
}

/// Forms codes in a kernel: where each bit of a site goes, worked out once by each block.
template <int D>
struct CodePlaces {
  std::uint32_t used[D + 1];          ///< of the sample, then the axes
  std::uint16_t place[(D + 1) * 32];  ///< of bit b of word w at [32 w + b], from the lowest bit of the code up
  int bits;

  /// By all threads of a block, which wait for each other.
  __device__ void fill(const Census<D>& census) {
    if (threadIdx.x == 0) bits = census.bits();
    for (int word = static_cast<int>(threadIdx.x); word <= D; word += static_cast<int>(blockDim.x))
      used[word] = census.used(word - 1);
    __syncthreads();
    for (int i = static_cast<int>(threadIdx.x); i < (D + 1) * 32; i += static_cast<int>(blockDim.x)) {
      const int word = i / 32, bit = i % 32;
      int below = 0;
      for (int axis = 1; axis <= D; ++axis) {
        const std::uint32_t lower = word == 0 ? ~0u : axis > word ? (2u << bit) - 1 : (1u << bit) - 1;
        below += __popc(used[axis] & lower);
      }
      if (word == 0) below += __popc(used[0] & ((1u << bit) - 1));
      place[i] = static_cast<std::uint16_t>(below);
    }
    __syncthreads();
  }

  /// Bits [64 number, 64 number + 64) of the code of a site.
  __device__ std::uint64_t word(const Site<D>& site, int number) const {
    std::uint64_t code = 0;
#pragma unroll
    for (int word = 0; word <= D; ++word) {
      const auto value = word == 0 ? static_cast<std::uint32_t>(site.sample)
                                   : static_cast<std::uint32_t>(site.at[word - 1]) ^ 0x80000000u;
      for (std::uint32_t left = used[word]; left != 0; left &= left - 1) {
        const int bit = __ffs(static_cast<int>(left)) - 1, at = place[32 * word + bit];
        if (at >> 6 == number) code |= std::uint64_t{value >> bit & 1u} << (at & 63);
      }
    }
    return code;
  }
};

/// Codes above the candidates' numbers, in one word: keys[i] = code << number_bits | i, as far as that fits. Candidates
/// that do not exist have a 1 above `code_bits` bits.
template <int D, class Source>
__global__ void form_keys(Source source, std::int64_t count, const Census<D>* census, int number_bits, int code_bits,
                          std::uint64_t* keys) {
  __shared__ CodePlaces<D> places;
  places.fill(*census);
  for (std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < count;
       i += std::int64_t{gridDim.x} * blockDim.x) {
    Site<D> site;
    const std::uint64_t code = source(i, site) ? places.word(site, 0) : std::uint64_t{1} << code_bits;
    keys[i] = code << number_bits | static_cast<std::uint64_t>(i);
  }
}

/// Word `number` of the code of each candidate in the order so far (null: as they come). Candidates that do not exist
/// have a 1 above the highest bit of all.
template <int D, class Source>
__global__ void form_words(Source source, std::int64_t count, const Census<D>* census, int number,
                           const std::int32_t* order, std::uint64_t* words, std::int32_t* numbers) {
  __shared__ CodePlaces<D> places;
  places.fill(*census);
  for (std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < count;
       i += std::int64_t{gridDim.x} * blockDim.x) {
    const std::int32_t candidate = order == nullptr ? static_cast<std::int32_t>(i) : order[i];
    Site<D> site;
    words[i] = source(candidate, site)      ? places.word(site, number)
               : places.bits / 64 == number ? std::uint64_t{1} << places.bits % 64
                                            : 0;
    numbers[i] = candidate;
  }
}

/// Blocks of 256 threads for a kernel whose threads go on to further elements: enough to fill any GPU.
inline Grid filling_grid(std::int64_t count, const std::source_location& where = std::source_location::current()) {
  return {.blocks = blocks_of(std::min<std::int64_t>(count, 1024 * 256), 256), .threads = 256, .where = where};
}

/// Numbers of candidates in Z-order, those that exist first: one sort where codes and numbers fit into a word, else one
/// for each 64 bits of the codes, from the lowest.
class SortedNumbers {
 public:
  /// Bits of codes that fit into a word with a candidate's number, and a bit for those that do not exist.
  static int key_code_bits(std::int64_t count) { return 63 - std::bit_width(static_cast<std::uint64_t>(count - 1)); }

  /// In the quicker way of the two.
  template <int D, class T, class Source>
  static SortedNumbers made(CudaDevice<T>& device, const Source& source, std::int64_t count, const Census<D>* census,
                            int code_bits) {
    if (code_bits <= key_code_bits(count)) return SortedNumbers(device, source, count, census, code_bits);
    return by_words(device, source, count, census, code_bits);
  }

  /// By the lowest `code_bits` bits of the codes, which may turn out too few: compare with the census, once known.
  template <int D, class T, class Source>
  SortedNumbers(CudaDevice<T>& device, const Source& source, std::int64_t count, const Census<D>* census,
                int code_bits) {
    number_bits_ = std::bit_width(static_cast<std::uint64_t>(count - 1));
    code_bits_ = std::min(code_bits, key_code_bits(count));
    memory_ = allocate(device, 16 * count);
    auto* const keys = static_cast<std::uint64_t*>(memory_.data());
    launch(device, filling_grid(count), form_keys<D, Source>, source, count, census, number_bits_, code_bits_, keys);
    keys_ = sort_keys(device, keys, keys + count, count, number_bits_, number_bits_ + code_bits_ + 1);
  }

  /// By codes of any length, which is at most `code_bits`.
  template <int D, class T, class Source>
  static SortedNumbers by_words(CudaDevice<T>& device, const Source& source, std::int64_t count,
                                const Census<D>* census, int code_bits) {
    SortedNumbers result;
    result.code_bits_ = code_bits;
    result.memory_ = allocate(device, 24 * count);
    auto* const words = static_cast<std::uint64_t*>(result.memory_.data());
    auto* const numbers = reinterpret_cast<std::int32_t*>(words + 2 * count);
    for (int number = 0; 64 * number <= code_bits; ++number) {
      launch(device, filling_grid(count), form_words<D, Source>, source, count, census, number,
             number == 0 ? nullptr : numbers + count, words, numbers);
      sort_pairs(device, words, words + count, numbers, numbers + count, count,
                 std::min(64, code_bits + 1 - 64 * number));
    }
    result.numbers_ = numbers + count;
    return result;
  }

  /// How many bits of codes it went by.
  int code_bits() const { return code_bits_; }

  /// What kernels see; without lists, the order is the source's own.
  struct View {
    const std::uint64_t* keys = nullptr;
    const std::int32_t* numbers = nullptr;
    std::uint64_t mask = 0;
    __device__ std::int64_t operator[](std::int64_t i) const {
      if (keys != nullptr) return static_cast<std::int64_t>(keys[i] & mask);
      return numbers != nullptr ? numbers[i] : i;
    }
  };
  View view() const { return {keys_, numbers_, (std::uint64_t{1} << number_bits_) - 1}; }

 private:
  SortedNumbers() = default;

  Block memory_;
  const std::uint64_t* keys_ = nullptr;
  const std::int32_t* numbers_ = nullptr;
  int number_bits_ = 0, code_bits_ = 0;
};

}  // namespace scn::gpu
