// A loop of independent multiply-adds in registers, for each set of instructions.
#include "fma_peak.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "scn/cpu/parallel.hpp"

#if defined(__clang__)
#pragma clang diagnostic ignored "-Wpsabi"
#else
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

namespace suite {

namespace {

template <int bytes>
using Vector [[gnu::vector_size(bytes)]] = float;

constexpr int chains = 12;  // enough to hide the latency of two units, few enough for 16 registers
constexpr std::int64_t rounds = 2000000;

/// Every chain tends to 2; the result keeps the loop alive.
template <int bytes>
[[gnu::always_inline]] inline float multiply_add() {
  constexpr int lanes = bytes / int{sizeof(float)};
  Vector<bytes> sum[chains], half, one;
  for (int lane = 0; lane < lanes; ++lane) {
    half[lane] = 0.5f;
    one[lane] = 1.0f;
    for (int chain = 0; chain < chains; ++chain) sum[chain][lane] = static_cast<float>(chain);  // no two alike
  }
  for (std::int64_t round = 0; round < rounds; ++round)
#pragma GCC unroll 12
    for (auto& chain : sum) chain = chain * half + one;
  float total = 0;
  for (const auto& chain : sum)
    for (int lane = 0; lane < lanes; ++lane) total += chain[lane];
  return total;
}

#if defined(__x86_64__)
[[gnu::target("avx512f"), gnu::optimize("O2", "fp-contract=fast")]] float avx512() { return multiply_add<64>(); }
[[gnu::target("avx2,fma"), gnu::optimize("O2", "fp-contract=fast")]] float avx2() { return multiply_add<32>(); }
#endif
[[gnu::optimize("O2", "fp-contract=fast")]] float portable() { return multiply_add<16>(); }

std::pair<float (*)(), int> loop(scn::Instructions set) {
#if defined(__x86_64__)
  if (scn::cpu::vector_bytes(set) == 64) return {avx512, 16};
  if (scn::cpu::vector_bytes(set) == 32) return {avx2, 8};
#endif
  return {portable, 4};
}

double measure(int threads, scn::Instructions set) {
  using Clock = std::chrono::steady_clock;
  const auto [run, lanes] = loop(set);
  constexpr int runs = 25;  // with pauses: what else the machine does for a moment is no part of its peak
  std::vector<float> kept(static_cast<std::size_t>(threads));
  double best = 0;
  for (int i = 0; i < runs; ++i) {
    const auto start = Clock::now();
    scn::cpu::parallel(threads, threads, [&](std::int64_t task) { kept[static_cast<std::size_t>(task)] = run(); });
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    best = std::max(best, 2.0 * chains * lanes * static_cast<double>(rounds) * threads / seconds);
  }
  const bool right = std::all_of(kept.begin(), kept.end(),
                                 [lanes](float sum) { return sum == 2.0f * static_cast<float>(chains * lanes); });
  scn::require(right, "the calibrating loop computed something else than it was meant to");
  return best;
}

}  // namespace

double fma_peak(int threads, scn::Instructions instructions) {
  static std::map<std::pair<int, scn::Instructions>, double> known;
  if (threads == 0) threads = scn::cpu::available_threads();
  if (instructions == scn::Instructions::eigen) instructions = scn::Instructions::automatic;
  const auto set = scn::cpu::chosen(instructions);
  const auto [place, missing] = known.try_emplace({threads, set});
  if (missing) place->second = measure(threads, set);
  return place->second;
}

}  // namespace suite
