// Tests of maps on the GPU: the pairs of the CPU, in lists that kernels can rely on.
#include <cstdint>
#include <limits>
#include <vector>

#include "catch.hpp"
#include "scn/cuda/maps.cuh"
#include "support/both_devices.cuh"
#include "support/closed_forms.hpp"
#include "support/site_lists.hpp"

namespace {

using namespace scn;

constexpr std::int32_t largest = std::numeric_limits<std::int32_t>::max();
constexpr std::int32_t smallest = std::numeric_limits<std::int32_t>::min();

template <int D>
parity::Both<D> made_of(Cuda& device, const std::vector<oracle::Site>& list) {
  return parity::both<D>(device, library::points<D>(list));
}

TEST_CASE("Submanifold maps on the GPU are those of the CPU in 1 to 10 dimensions, sizes even, odd and mixed",
          "[cuda]") {
  Cuda device;
  library::for_each_dimension<10>([&](auto dimension) {
    constexpr int D = dimension();
    const auto sites = made_of<D>(device, oracle::drawn(D, 60));
    for (const auto& size : {Point<D>(2), library::cycle<D>({3, 1, 2}), library::cycle<D>({1, 2})})
      parity::check_submanifold<D>(device, sites, submanifold_window(size));
    if constexpr (D <= 4) parity::check_submanifold<D>(device, sites, submanifold_window(Point<D>(3)));
    if constexpr (D <= 3)
      for (const std::int32_t size : {1, 4, 5, 7})
        parity::check_submanifold<D>(device, sites, submanifold_window(Point<D>(size)));
  });
}

TEST_CASE("Maps of many tiles on the GPU are those of the CPU", "[cuda]") {
  Cuda device;
  for (const std::size_t count : {127, 128, 129, 5000}) {
    const auto sites = made_of<3>(device, oracle::drawn(3, count));
    for (const std::int32_t size : {2, 3, 5})
      parity::check_submanifold<3>(device, sites, submanifold_window(Point<3>(size)));
    parity::check_submanifold<3>(device, sites, submanifold_window(Taps<3>(3), Point<3>{1, 2, 9}));
    parity::check_submanifold<3>(device, sites, submanifold_window(Taps<3>(Cross<3>(5))));
    parity::check_submanifold<3>(device, sites, submanifold_window(Taps<3>(Ball<3>(2.5))));
  }
}

TEST_CASE("Windows of tens of thousands of taps have complete maps on the GPU", "[cuda][small]") {
  Cuda device;
  const auto corner = made_of<10>(device, oracle::block(10, 2));
  const auto rules = make_rules<10>(device, *corner.gpu, *corner.gpu, submanifold_window(Point<10>(3)));
  CHECK(rules.size() == 1048576);
  CHECK(parity::well_formed(rules));
  parity::check_submanifold<10>(device, made_of<10>(device, oracle::drawn(10, 150)), submanifold_window(Point<10>(3)));
  parity::check_submanifold<1>(device, made_of<1>(device, oracle::drawn(1, 80)),
                               Window<1>{.size = 1 << 16, .pad = 1 << 15});
}

TEST_CASE("No pair on the GPU wraps at the ends of int32", "[cuda][small]") {
  Cuda device;
  const auto ends = made_of<1>(device, oracle::line({smallest, smallest + 1, -1, 0, largest - 1, largest}));
  for (const std::int32_t size : {2, 3, 8}) {
    parity::check_submanifold<1>(device, ends, submanifold_window(Point<1>(size)));
    parity::check_submanifold<1>(device, ends, Window<1>{.size = size, .dilation = 7, .pad = 7});
  }
  parity::check_submanifold<2>(
      device,
      made_of<2>(device, {{0, {largest, smallest}}, {0, {smallest, smallest}}, {0, {smallest, largest}}, {0, {0, 0}}}),
      submanifold_window(Point<2>(3)));
}

TEST_CASE("Sites of different samples are never joined on the GPU", "[cuda]") {
  Cuda device;
  Cpu cpu;
  const auto in = made_of<2>(device, {{0, {1, -1}}, {0, {2, 1}}});
  const auto out = made_of<2>(device, {{0, {1, 0}}, {0, {1, 2}}, {1, {2, 1}}});
  const auto window = submanifold_window(Point<2>(3));
  CHECK(parity::same_rules(device, make_rules<2>(device, *in.gpu, *out.gpu, window),
                           make_rules<2>(cpu, *in.cpu, *out.cpu, window)));
}

TEST_CASE("Sites on lattices and lines are found on the GPU", "[cuda]") {
  Cuda device;
  for (const std::int32_t step : {1, 2, 4, 1 << 16, 1 << 27}) {
    const auto sites = made_of<3>(device, oracle::grid(step));
    parity::check_submanifold<3>(device, sites, submanifold_window(Taps<3>(3), Point<3>(step)));
  }
}

TEST_CASE("Places that several points share have maps on the GPU, and ways back", "[cuda][small]") {
  Cuda device;
  Cpu cpu;
  const auto in = made_of<2>(device, oracle::drawn(2, 700));
  std::vector<Site<2>> places;
  oracle::Random random(4);
  for (int i = 0; i < 1000; ++i)
    places.push_back(
        {static_cast<std::int32_t>(random.integer(0, 1)),
         {static_cast<std::int32_t>(random.integer(-20, 20)), static_cast<std::int32_t>(random.integer(-20, 20))}});
  const Sites<2, Cuda> gpu_places(Buffer<Site<2>, Cuda>(device, std::span<const Site<2>>(places)), 2);
  const Sites<2, Cpu> cpu_places(Buffer<Site<2>, Cpu>(cpu, std::span<const Site<2>>(places)), 2);
  for (const Window<2>& window : {Window<2>{}, strided_window(Point<2>(2), Point<2>(1))})
    CHECK(parity::same_rules(device, make_rules<2>(device, *in.gpu, gpu_places, window),
                             make_rules<2>(cpu, *in.cpu, cpu_places, window)));
}

TEST_CASE("Maps from or to nothing exist on the GPU", "[cuda]") {
  Cuda device;
  Cpu cpu;
  const auto none = made_of<3>(device, {}), some = made_of<3>(device, oracle::drawn(3, 300));
  const auto window = submanifold_window(Point<3>(3));
  for (const auto& [in, out] : {std::pair(none, some), std::pair(some, none), std::pair(none, none)})
    CHECK(parity::same_rules(device, make_rules<3>(device, *in.gpu, *out.gpu, window),
                             make_rules<3>(cpu, *in.cpu, *out.cpu, window)));
}

TEST_CASE("A mirrored map of the GPU and its way back share their memory, a copy too", "[cuda][small]") {
  Cuda device;
  const auto sites = made_of<3>(device, oracle::drawn(3, 1000));
  const auto rules = make_rules<3>(device, *sites.gpu, *sites.gpu, submanifold_window(Point<3>(3)));
  const Cuda::Rules back = transpose(device, rules), copy = rules;
  CHECK(back.in == rules.in);
  CHECK(copy.in == rules.in);
  CHECK(back.reversed);
  CHECK(rules.bytes() > 4 * rules.size());
}

TEST_CASE("A map of the GPU outlives its device and its sites", "[cuda]") {
  Cuda::Rules rules;
  {
    Cuda device;
    const auto sites = made_of<2>(device, oracle::block(2, 7));
    rules = make_rules<2>(device, *sites.gpu, *sites.gpu, submanifold_window(Point<2>(5)));
  }
  CHECK(std::ssize(rules.pairs()) == oracle::block_pairs(2, 7, 5));
}

}  // namespace
