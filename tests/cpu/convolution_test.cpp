// Tests of the convolution on the CPU and its backward forms against the oracle, and of their bits.
#include "scn/cpu/convolution.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "catch.hpp"
#include "scn/core/bfloat16.hpp"
#include "support/comparison.hpp"
#include "support/instruction_sets.hpp"
#include "support/library.hpp"
#include "support/oracle_convolution.hpp"
#include "support/random_cases.hpp"

namespace {

using namespace scn;
using Numbers = std::vector<double>;
using List = std::vector<oracle::Site>;

constexpr double float_unit = 0x1p-24;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Everything about one convolution in 2-D; rows of x and dy are in row order.
struct Case {
  oracle::Convolution layer;
  List in, out;
  oracle::Pairs pairs;
  Numbers x, dy;
  Numbers residual = {};  ///< none if it is empty
  double slope = 1;
  bool transposed = false;  ///< the pairs are those of the window with the roles exchanged
  Window<2> window;

  oracle::Features features() const { return oracle::features_of(in, oracle::rows_of(x, layer.in)); }
  oracle::Features gradient() const { return oracle::features_of(out, oracle::rows_of(dy, layer.out)); }
};

struct Settings {
  std::size_t in = 5, out = 7, groups = 1, sites = 200;
  bool whole = false;  ///< small integers, so that every sum is exact
  Window<2> window = submanifold_window(Point<2>(3));
  bool transposed = false;
};

Numbers drawn(oracle::Random& random, std::size_t count, bool whole) {
  return whole ? oracle::random_integers(random, count) : oracle::random_reals(random, count);
}

/// A case on given sites; strided windows lead to the sites they reach.
Case make_case(const Settings& settings, const List& sites) {
  oracle::Random random(7);
  Case made;
  made.window = settings.window;
  made.transposed = settings.transposed;
  const oracle::Window window = library::window(settings.window);
  const bool submanifold = settings.window == submanifold_window(settings.window.size);
  const auto fine = oracle::set_of(sites), coarse = submanifold ? fine : oracle::reached(fine, window);
  made.pairs = oracle::pairs_between(fine, coarse, window);
  made.in = oracle::in_row_order(settings.transposed ? coarse : fine);
  made.out = oracle::in_row_order(settings.transposed ? fine : coarse);
  if (settings.transposed) made.pairs = oracle::transposed(made.pairs);
  const auto taps = static_cast<std::size_t>(settings.window.volume());
  made.layer = {taps, settings.groups, settings.in, settings.out};
  made.layer.weight = drawn(random, made.layer.weights(), settings.whole);
  made.layer.bias = drawn(random, settings.out, settings.whole);
  made.x = drawn(random, made.in.size() * settings.in, settings.whole);
  made.dy = drawn(random, made.out.size() * settings.out, settings.whole);
  return made;
}

List random_list(std::size_t count, std::int32_t samples = 2) {
  oracle::Random random(5);
  return oracle::random_sites(random, {.dimension = 2, .count = count, .samples = samples, .low = -30, .high = 30});
}

Case make_case(const Settings& settings) { return make_case(settings, random_list(settings.sites)); }

struct Result {
  Numbers y, dx, dweight;
};

/// What the library makes of a case. `before` fills dx and dweight, to which is then added.
template <class T>
Result run(const Case& of, int threads = 2, const double* before = nullptr,
           Instructions set = Instructions::automatic) {
  using Dev = CpuDevice<T>;
  using A = typename Dev::Accumulator;
  Dev device{.threads = threads, .instructions = set};
  const auto matrix = [&]<class Number = T>(std::size_t rows, std::size_t channels, const Numbers& values,
                                            Number = {}) {
    return Matrix<Dev, Number>::from_host(device, static_cast<std::int64_t>(rows), static_cast<std::int64_t>(channels),
                                          std::span<const double>(values));
  };
  const auto in = library::make_sites<2>(device, of.in), out = library::make_sites<2>(device, of.out);
  cpu::Rules rules = of.transposed ? transpose(device, make_rules<2>(device, *out, *in, of.window))
                                   : make_rules<2>(device, *in, *out, of.window);
  REQUIRE(library::pairs(rules) == oracle::numbered(of.pairs, of.in, of.out));
  const auto& layer = of.layer;
  const std::size_t slice = layer.in / layer.groups * (layer.out / layer.groups);
  const auto weight = matrix(layer.taps * layer.groups, slice, layer.weight, A{});
  const auto weights =
      prepare(device, weight, static_cast<std::int64_t>(layer.taps), static_cast<std::int64_t>(layer.groups),
              static_cast<std::int64_t>(layer.in), static_cast<std::int64_t>(layer.out));
  const auto bias = matrix(layer.bias.empty() ? 0 : 1, layer.bias.size(), layer.bias, A{});
  const auto x = matrix(of.in.size(), layer.in, of.x), dy = matrix(of.out.size(), layer.out, of.dy);
  const double start = before == nullptr ? nan : *before;
  auto y = matrix(of.out.size(), layer.out, Numbers(of.dy.size(), nan));
  auto dx = matrix(of.in.size(), layer.in, Numbers(of.x.size(), start));
  auto dweight = matrix(layer.taps * layer.groups, slice, Numbers(layer.weight.size(), start), A{});
  const Write write = before == nullptr ? Write::assign : Write::add;
  const auto residual = matrix(of.residual.empty() ? 0 : of.out.size(), layer.out, of.residual);
  convolve(device, x, weights, rules,
           Epilogue<A, T>{layer.bias.empty() ? nullptr : bias.view().data, residual.view(), static_cast<A>(of.slope)},
           y);
  convolve_backward_input(device, dy, weights, transpose(device, rules), dx, write);
  convolve_backward_weight(device, x, dy, rules, static_cast<std::int64_t>(layer.groups), dweight, write);
  const auto doubles = [](const auto& values) { return Numbers(values.begin(), values.end()); };
  return {doubles(y.to_host()), doubles(dx.to_host()), doubles(dweight.to_host())};
}

Result expected(const Case& of) {
  const auto backward = oracle::convolve_backward(of.layer, of.features(), of.pairs, of.gradient());
  Numbers y = oracle::flat(
      oracle::rows_at(oracle::convolve(of.layer, of.features(), oracle::set_of(of.out), of.pairs), of.out));
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (!of.residual.empty()) y[i] += of.residual[i];
    if (y[i] < 0) y[i] *= of.slope;
  }
  return {y, oracle::flat(oracle::rows_at(backward.dx, of.in)), backward.dweight};
}

/// The sums of magnitudes behind every number: the measure of its rounding error.
Result magnitudes(Case of) {
  for (double& value : of.x) value = std::abs(value);
  for (double& value : of.dy) value = std::abs(value);
  of.layer = oracle::absolute(of.layer);
  return expected(of);
}

std::string difference(const Result& right, const Result& seen, const oracle::Tolerance& tolerance = {}) {
  const std::string y = oracle::difference(right.y, seen.y, tolerance);
  if (!y.empty()) return "y " + y;
  const std::string dx = oracle::difference(right.dx, seen.dx, tolerance);
  if (!dx.empty()) return "dx " + dx;
  const std::string dweight = oracle::difference(right.dweight, seen.dweight, tolerance);
  return dweight.empty() ? "" : "dweight " + dweight;
}

/// How many numbers are off by more than `units` times 2^-24 of their sum of magnitudes, and `share` of themselves.
int beyond(double units, const Numbers& right, const Numbers& seen, const Numbers& scale, double share = 0) {
  int count = 0;
  for (std::size_t i = 0; i < right.size(); ++i)
    count += !(std::abs(seen.at(i) - right[i]) <= units * float_unit * scale.at(i) + share * std::abs(right[i]));
  return count;
}

Numbers rounded(Numbers values) {
  for (double& value : values) value = static_cast<double>(bfloat16(value));
  return values;
}

/// The case with everything that is stored or multiplied in bfloat16 rounded to it.
Case rounded(Case made) {
  made.x = rounded(made.x);
  made.dy = rounded(made.dy);
  made.residual = rounded(made.residual);
  made.layer.weight = rounded(made.layer.weight);
  return made;
}

/// Every two outputs of an axis start at one place, so that one input meets several outputs through one tap.
Window<2> crowded() {
  std::vector<std::int32_t> starts;
  for (std::int32_t i = 0; i < 120; ++i) starts.push_back(i / 2 - 30);
  return {.size = 3, .starts = {starts, starts}};
}

const std::vector<Settings> variety{
    {.window = submanifold_window(Point<2>(3))},
    {.in = 16, .out = 24, .window = submanifold_window(Point<2>{2, 5})},
    {.in = 4, .out = 6, .groups = 2, .window = submanifold_window(Point<2>(3))},
    {.in = 8, .out = 8, .groups = 8, .window = submanifold_window(Point<2>(3))},
    {.in = 3, .out = 1, .window = strided_window(Point<2>(3), Point<2>(2))},
    {.in = 1, .out = 33, .window = strided_window(Point<2>{1, 2}, Point<2>{3, 2})},
    {.in = 6, .out = 9, .groups = 3, .window = strided_window(Point<2>(2), Point<2>(2)), .transposed = true},
    {.in = 5, .out = 4, .sites = 20, .window = submanifold_window(Point<2>{5, 7})},
    {.sites = 40, .window = crowded()},
    {.in = 8, .out = 8, .groups = 8, .sites = 40, .window = crowded(), .transposed = true},
    {.in = 16, .out = 33, .sites = 40, .window = crowded(), .transposed = true},
};

TEST_CASE("Convolutions and their gradients in double are those of the oracle", "[cpu][COR-09]") {
  for (const Settings& settings : variety) {
    INFO(to_string(settings.window) << ", groups " << settings.groups);
    const Case made = make_case(settings);
    const Result right = expected(made);
    REQUIRE(oracle::vacuity(made.pairs.size(), right.y) == "");
    for (const auto& [name, set] : instruction_sets()) {
      INFO(name);
      CHECK(difference(right, run<double>(made, 2, nullptr, set), {.absolute = 1e-14, .of_largest = 1e-12}) == "");
    }
  }
}

TEST_CASE("Convolutions and their gradients in float round by at most eight units of their magnitudes", "[cpu][NUM]") {
  for (const Settings& settings : variety) {
    INFO(to_string(settings.window) << ", groups " << settings.groups);
    const Case made = make_case(settings);
    const Result right = expected(made), scale = magnitudes(made);
    for (const auto& [name, set] : instruction_sets()) {
      INFO(name);
      const Result seen = run<float>(made, 2, nullptr, set);
      CHECK(beyond(8, right.y, seen.y, scale.y) == 0);
      CHECK(beyond(8, right.dx, seen.dx, scale.dx) == 0);
      CHECK(beyond(8, right.dweight, seen.dweight, scale.dweight) == 0);
    }
  }
}

/// As above, except for the last rounding of what is stored, which is half a unit of its last bit.
TEST_CASE("Convolutions of bfloat16 round the factors, the sums as floats do, and what is stored", "[cpu][NUM]") {
  constexpr double stored = 0x1p-8;
  for (Settings settings : variety) {
    INFO(to_string(settings.window) << ", groups " << settings.groups);
    const Case given = make_case(settings), made = rounded(given);
    const Result right = expected(made), scale = magnitudes(made);
    REQUIRE(beyond(8, expected(given).dweight, right.dweight, scale.dweight) > 0);
    for (const auto& [name, set] : instruction_sets()) {
      INFO(name);
      const Result seen = run<bfloat16>(given, 2, nullptr, set);
      CHECK(beyond(8, right.y, seen.y, scale.y, stored) == 0);
      CHECK(beyond(8, right.dx, seen.dx, scale.dx, stored) == 0);
      CHECK(beyond(8, right.dweight, seen.dweight, scale.dweight) == 0);
    }
  }
}

/// What bfloat16 keeps of exact results.
Result stored(Result right) { return {rounded(right.y), rounded(right.dx), right.dweight}; }

TEST_CASE("Convolutions of whole numbers are exact in bfloat16, for channels of all lengths", "[cpu][GRD-02]") {
  std::vector<Case> cases;
  for (Settings settings : variety) {
    settings.whole = true;
    cases.push_back(make_case(settings));
  }
  for (const std::size_t in : std::initializer_list<std::size_t>{1, 2, 7, 32, 33})
    for (const std::size_t out : std::initializer_list<std::size_t>{1, 16, 65})
      cases.push_back(make_case({.in = in, .out = out, .sites = 40, .whole = true}));
  for (const Case& made : cases)
    for (const auto& [name, set] : instruction_sets()) {
      INFO(name << ", " << to_string(made.window) << ", " << made.layer.in << " to " << made.layer.out);
      CHECK(difference(stored(expected(made)), run<bfloat16>(made, 2, nullptr, set)) == "");
    }
}

TEST_CASE("Results in bfloat16 have the same bits with 1, 2 and 7 threads", "[cpu][DET]") {
  const Case made = make_case({.in = 17, .out = 40, .sites = 900});
  for (const auto& [name, set] : instruction_sets()) {
    INFO(name);
    const Result one = run<bfloat16>(made, 1, nullptr, set);
    CHECK(difference(one, run<bfloat16>(made, 2, nullptr, set)) == "");
    CHECK(difference(one, run<bfloat16>(made, 7, nullptr, set)) == "");
  }
}

TEST_CASE("In bfloat16 what is not a number reaches the outputs and inputs that the relation names", "[cpu][NUM]") {
  for (const std::size_t in : std::initializer_list<std::size_t>{4, 5})
    for (const auto& [name, set] : instruction_sets()) {
      INFO(name << ", " << in << " channels");
      Case made = make_case({.in = in, .out = 7});
      made.x[17 * in + 1] = nan;
      made.dy[23 * 7 + 2] = nan;
      const Result seen = run<bfloat16>(made, 2, nullptr, set), right = expected(made);
      int wrong = 0, spoiled = 0;
      const auto compare = [&](const Numbers& expected_numbers, const Numbers& numbers) {
        for (std::size_t i = 0; i < numbers.size(); ++i) {
          spoiled += std::isnan(numbers[i]);
          wrong += std::isnan(expected_numbers[i]) != std::isnan(numbers[i]);
        }
      };
      compare(right.y, seen.y);
      compare(right.dx, seen.dx);
      compare(right.dweight, seen.dweight);
      CHECK(wrong == 0);
      CHECK(spoiled > 0);
    }
}

TEST_CASE("In bfloat16 gradients are added to what is there, and a residual and a slope are applied", "[cpu][GRD-03]") {
  Case made = make_case({.in = 4, .out = 6, .groups = 2, .whole = true});
  oracle::Random random(9);
  made.residual = drawn(random, made.dy.size(), true);
  made.slope = -0.5;
  Result right = expected(made);
  for (double& value : right.dx) value += 3;
  for (double& value : right.dweight) value += 3;
  const double before = 3;
  for (const auto& [name, set] : instruction_sets()) {
    INFO(name);
    CHECK(difference(stored(right), run<bfloat16>(made, 2, &before, set)) == "");
  }
}

TEST_CASE("Convolutions of whole numbers are exact in float", "[cpu][GRD-02]") {
  for (Settings settings : variety) {
    settings.whole = true;
    const Case made = make_case(settings);
    for (const auto& [name, set] : instruction_sets()) {
      INFO(name);
      CHECK(difference(expected(made), run<float>(made, 2, nullptr, set)) == "");
    }
  }
}

TEST_CASE("Channels of all lengths around the width of registers are exact", "[cpu][RC-28][LIM-12]") {
  for (const std::size_t in : std::initializer_list<std::size_t>{1, 2, 7, 8, 9, 31, 33})
    for (const std::size_t out : std::initializer_list<std::size_t>{1, 4, 13, 16, 65}) {
      const Case made = make_case({.in = in, .out = out, .sites = 40, .whole = true});
      for (const auto& [name, set] : instruction_sets()) {
        INFO(name << ", " << in << " to " << out);
        CHECK(difference(expected(made), run<float>(made, 2, nullptr, set)) == "");
      }
    }
}

/// The case with a residual and a leaky rectifier at its end.
Case finished(Case made) {
  oracle::Random random(9);
  made.residual = drawn(random, made.dy.size(), true);
  made.slope = -0.5;
  return made;
}

TEST_CASE("A residual and a slope are applied in the pass that sums", "[cpu]") {
  for (Settings settings : variety) {
    settings.whole = true;
    const Case made = finished(make_case(settings));
    for (const auto& [name, set] : instruction_sets()) {
      INFO(name << ", " << to_string(settings.window) << ", groups " << settings.groups);
      CHECK(difference(expected(made), run<float>(made, 2, nullptr, set)) == "");
    }
  }
}

TEST_CASE("A residual and a slope are applied to outputs that nothing reaches", "[cpu]") {
  Case made = make_case({.in = 2, .out = 3, .whole = true});
  made.in = {{0, {1000, 1000}}};
  made.x = {1, 2};
  made.pairs.clear();
  for (const auto& [name, set] : instruction_sets()) {
    INFO(name);
    CHECK(difference(expected(finished(made)), run<float>(finished(made), 2, nullptr, set)) == "");
  }
}

TEST_CASE("A slope of 0 keeps what is no number", "[cpu][NUM]") {
  Case made = make_case({.in = 2, .out = 3});
  made.slope = 0;
  made.x[5] = nan;
  const Numbers right = expected(made).y, seen = run<double>(made).y;
  REQUIRE(std::count_if(right.begin(), right.end(), [](double value) { return std::isnan(value); }) > 0);
  CHECK(oracle::difference(right, seen, {.of_largest = 1e-12}) == "");
}

TEST_CASE("Ones everywhere count the pairs of each output", "[cpu][RC-07]") {
  Case made = make_case({.in = 1, .out = 1, .window = strided_window(Point<2>{4, 3}, Point<2>{3, 2})});
  made.x.assign(made.x.size(), 1);
  made.layer.weight.assign(made.layer.weight.size(), 1);
  made.layer.bias.clear();
  Numbers degrees;
  for (const auto& site : made.out) {
    degrees.push_back(0);
    for (const auto& pair : made.pairs) degrees.back() += pair.out == site ? 1 : 0;
  }
  CHECK(run<float>(made).y == degrees);
}

TEST_CASE("A transposed convolution multiplies rows from the left", "[cpu][RC-08]") {
  const List fine{{0, {-2, 0}}, {0, {4, 0}}};
  Case made = make_case(
      {.in = 2, .out = 2, .window = strided_window(Point<2>{2, 1}, Point<2>{2, 1}), .transposed = true}, fine);
  REQUIRE(made.in == List{{0, {-1, 0}}, {0, {2, 0}}});
  made.x = {5, 7, 11, 13};
  made.layer.bias.clear();
  made.layer.weight = {1, 3, 2, 4, 0, 0, 0, 0};
  CHECK(run<double>(made).y == Numbers{19, 43, 37, 85});
}

TEST_CASE("One tap with the identity leaves every bit as it is", "[cpu][RC-15]") {
  Case made = make_case({.in = 7, .out = 7, .window = submanifold_window(Point<2>(1))});
  made.layer.bias.clear();
  made.layer.weight.assign(49, 0);
  for (std::size_t c = 0; c < 7; ++c) made.layer.weight[8 * c] = 1;
  CHECK(run<float>(made).y == made.x);
}

TEST_CASE("Gradients are added to what is there where that is asked", "[cpu][GRD-03]") {
  const Case made = make_case({.in = 4, .out = 6, .groups = 2, .whole = true});
  Result right = expected(made);
  for (double& value : right.dx) value += 3;
  for (double& value : right.dweight) value += 3;
  const double before = 3;
  CHECK(difference(right, run<float>(made, 2, &before)) == "");
}

TEST_CASE("Weight gradients over many chunks of pairs are exact", "[cpu]") {
  List line;
  for (std::int32_t i = 0; i < 9000; ++i) line.push_back({0, {i, 0}});
  const Case made = make_case({.in = 2, .out = 3, .whole = true, .window = submanifold_window(Point<2>{3, 1})}, line);
  CHECK(difference(expected(made), run<float>(made)) == "");
}

TEST_CASE("Without a bias outputs that nothing reaches are zero, with one they hold it", "[cpu][RC-32]") {
  Case made = make_case({.in = 2, .out = 3, .whole = true});
  made.in = {{0, {1000, 1000}}};
  made.x = {1, 2};
  made.pairs.clear();
  CHECK(difference(expected(made), run<float>(made)) == "");
  made.in.clear();
  made.x.clear();
  CHECK(difference(expected(made), run<float>(made)) == "");
  made.layer.bias.clear();
  CHECK(run<float>(made).y == Numbers(made.dy.size(), 0.0));
}

TEST_CASE("Without outputs the gradients are zero", "[cpu][RC-32][GRD-04]") {
  Case made = make_case({.in = 2, .out = 3});
  made.out.clear();
  made.dy.clear();
  made.pairs.clear();
  const Result seen = run<float>(made);
  CHECK(seen.y.empty());
  CHECK(seen.dx == Numbers(made.x.size(), 0.0));
  CHECK(seen.dweight == Numbers(made.layer.weight.size(), 0.0));
}

TEST_CASE("Results have the same bits with 1, 2 and 7 threads", "[cpu][DET]") {
  for (const Settings& settings : variety) {
    Settings larger = settings;
    larger.sites = 900;
    const Case made = make_case(larger);
    const Result one = run<float>(made, 1);
    CHECK(difference(one, run<float>(made, 2)) == "");
    CHECK(difference(one, run<float>(made, 7)) == "");
  }
}

/// Rows of `values` that belong to the sites of `part`, by the rows of `all`.
Numbers rows_of_part(const Numbers& values, const List& all, const List& part, std::size_t channels) {
  return oracle::flat(oracle::rows_at(oracle::features_of(all, oracle::rows_of(values, channels)), part));
}

/// The same layer on some of the inputs alone, with the rows they had; outputs must follow from those inputs.
Case alone(const Case& of, const Settings& settings, const List& part) {
  Case made = make_case(settings, part);
  made.x = rows_of_part(of.x, of.in, made.in, of.layer.in);
  made.dy = rows_of_part(of.dy, of.out, made.out, of.layer.out);
  return made;
}

TEST_CASE("A sample alone has the same bits as in a batch, forward and back", "[cpu][PRP-06]") {
  for (const Settings& settings : variety) {
    if (settings.transposed) continue;
    INFO(to_string(settings.window) << ", groups " << settings.groups);
    Settings larger = settings;
    larger.sites = 700;
    const Case batch = make_case(larger);
    const Result in_batch = run<float>(batch);
    for (const std::int32_t sample : {0, 1}) {
      List part;
      for (const auto& site : batch.in)
        if (site.sample == sample) part.push_back(site);
      REQUIRE(part.size() > 100);
      const Case single = alone(batch, settings, part);
      const Result seen = run<float>(single);
      CHECK(seen.y == rows_of_part(in_batch.y, batch.out, single.out, settings.out));
      CHECK(seen.dx == rows_of_part(in_batch.dx, batch.in, single.in, settings.in));
    }
  }
}

TEST_CASE("A far site leaves every bit of the others as it was", "[cpu][PRP-06]") {
  const Settings settings{.in = 16, .out = 24};
  auto sites = random_list(300);
  const List others = oracle::in_row_order(sites);
  sites.push_back({0, {-5000, -5000}});  // the first row of all
  const Case with = make_case(settings, sites);
  REQUIRE(with.in[0].at[0] == -5000);
  const Result together = run<float>(with), apart = run<float>(alone(with, settings, others));
  CHECK(apart.y == rows_of_part(together.y, with.out, others, 24));
  CHECK(apart.dx == rows_of_part(together.dx, with.in, others, 16));
}

/// The sites whose rows hold a number that is none.
std::set<oracle::Site> spoiled(const Numbers& values, const List& sites, std::size_t channels) {
  std::set<oracle::Site> result;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (std::isnan(values[i])) result.insert(sites[i / channels]);
  return result;
}

TEST_CASE("What is not a number reaches exactly the outputs, inputs and weights that the relation names",
          "[cpu][NUM]") {
  for (const Settings& settings : {Settings{.in = 4, .out = 6}, Settings{.in = 4, .out = 6, .groups = 2},
                                   Settings{.window = strided_window(Point<2>(3), Point<2>(2))}}) {
    Case made = make_case(settings);
    made.x[17 * settings.in + 1] = nan;
    made.dy[23 * settings.out + 2] = nan;
    std::set<oracle::Site> reached, reaching;
    for (const auto& pair : made.pairs) {
      if (pair.in == made.in[17]) reached.insert(pair.out);
      if (pair.out == made.out[23]) reaching.insert(pair.in);
    }
    REQUIRE(!reached.empty());
    const Result seen = run<float>(made), right = expected(made);
    CHECK(spoiled(seen.y, made.out, settings.out) == reached);
    CHECK(spoiled(seen.dx, made.in, settings.in) == reaching);
    int wrong = 0;
    for (std::size_t i = 0; i < right.y.size(); ++i) wrong += std::isnan(right.y[i]) != std::isnan(seen.y[i]);
    for (std::size_t i = 0; i < right.dx.size(); ++i) wrong += std::isnan(right.dx[i]) != std::isnan(seen.dx[i]);
    for (std::size_t i = 0; i < right.dweight.size(); ++i)
      wrong += std::isnan(right.dweight[i]) != std::isnan(seen.dweight[i]);
    CHECK(wrong == 0);
  }
}

TEST_CASE("Infinite weights do not turn padding into numbers that are none", "[cpu][NUM]") {
  Case made = make_case({.in = 3, .out = 2, .sites = 50, .whole = true});
  for (double& value : made.x) value = std::abs(value) + 1;
  made.layer.weight.assign(made.layer.weight.size(), std::numeric_limits<double>::infinity());
  CHECK(run<float>(made).y == Numbers(made.dy.size(), std::numeric_limits<double>::infinity()));
}

}  // namespace
