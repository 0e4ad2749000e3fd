// Tests of windows between blocks: what an output sees, place by place, is what the window's relation says.
#include "scn/cpu/block_window.hpp"

#include <bit>
#include <cstdint>
#include <memory>
#include <vector>

#include "catch.hpp"
#include "support/library.hpp"

namespace {

using namespace scn;

/// How many outputs of a block at `key` and taps the relation and the words disagree about.
template <int D>
int disagreements(const Window<D>& window, const Site<D>& key) {
  const cpu::BlockWindow<D> blocks(std::make_shared<HostPool>(), window);
  int wrong = 0;
  for (int place = 0; place < 64; ++place) {
    const Site<D> out = ZBlock<D>::site(key, place);
    std::int64_t seen = 0;
    for (std::int32_t n = 0; n < blocks.words(place); ++n) {
      const auto word = blocks.word(place, n);
      std::int32_t bit = 0;
      for (const auto* look = word.begin; look != word.end; ++look) {
        Site<D> near;
        wrong += look->shift != bit || look->sees != blocks.sees(place)[look->step];
        wrong += !blocks.input(key, look->step, near);
        for (std::uint64_t left = look->sees; left != 0; left &= left - 1, ++bit, ++seen) {
          const auto& of = word.seen[bit];
          wrong += of.step != look->step || of.place != std::countr_zero(left);
          wrong += input_of(window, out, window.position(of.tap)) != ZBlock<D>::site(near, of.place);
        }
      }
      wrong += bit > 64;
    }
    for (std::int32_t step = 0; step < std::ssize(blocks.steps()); ++step) {
      Site<D> near, back;
      wrong += !blocks.input(key, step, near) || !blocks.output(near, step, back) || back != key;
    }
    wrong += seen != window.volume();
  }
  return wrong;
}

TEST_CASE("An output sees through every tap what the relation says, wherever its block lies", "[cpu]") {
  library::for_each_dimension<7>([](auto dimension) {
    constexpr int D = dimension();
    for (const std::int32_t at : {0, -1, 1000})
      CHECK(disagreements<D>(submanifold_window(library::cycle<D>({3, 2, 1})), {4, Point<D>(at)}) == 0);
  });
  CHECK(disagreements<2>({.size = {3, 4}, .stride = {2, 3}, .dilation = {5, 2}, .pad = {7, -3}}, {0, {5, -9}}) == 0);
  CHECK(disagreements<3>(submanifold_window<3>(Cross<3>(5)), {0, {1, 2, 3}}) == 0);
}

TEST_CASE("The taps of an output that are more than 64 lie in several words", "[cpu]") {
  CHECK(cpu::BlockWindow<3>(std::make_shared<HostPool>(), submanifold_window(Point<3>(3))).words(0) == 1);
  CHECK(cpu::BlockWindow<3>(std::make_shared<HostPool>(), submanifold_window(Point<3>(5))).words(0) > 1);
  CHECK(disagreements<3>(submanifold_window(Point<3>(5)), {0, {1, 2, 3}}) == 0);
  CHECK(disagreements<2>({.size = {30, 33}, .stride = {2, 1}}, {0, {1, 2}}) == 0);
}

TEST_CASE("The window between blocks leads from block to block by the steps", "[cpu]") {
  const auto pool = std::make_shared<HostPool>();
  const cpu::BlockWindow<2> below(pool, strided_window(Point<2>(3), Point<2>(2)));
  const auto above = cpu::BlockWindow<2>::above(pool, below);
  Window<2> window{.size = 3, .stride = 2};
  for (const auto& step : below.steps()) window.positions.push_back(step.at);
  const cpu::BlockWindow<2> expected(pool, window);
  REQUIRE(above.steps().size() == expected.steps().size());
  for (int place = 0; place < 64; ++place)
    for (std::size_t step = 0; step < above.steps().size(); ++step) {
      REQUIRE(above.steps()[step] == expected.steps()[step]);
      REQUIRE(above.sees(place)[step] == expected.sees(place)[step]);
    }
}

TEST_CASE("Windows with a table of starts, of very many or of very far taps are not read by blocks", "[cpu]") {
  CHECK(cpu::BlockWindow<2>::covers({.size = 64}));
  CHECK(!cpu::BlockWindow<2>::covers({.size = 65}));
  CHECK(!cpu::BlockWindow<1>::covers({.pad = 1 << 30}));
  CHECK(!cpu::BlockWindow<1>::covers({.size = 3, .dilation = 1 << 29}));
  Window<1> randomised;
  randomised.starts[0] = {0, 1, 2};
  CHECK(!cpu::BlockWindow<1>::covers(randomised));
}

}  // namespace
