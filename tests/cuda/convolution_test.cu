// Tests of the convolution on the GPU and its gradients against sums in double, and of their bits.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "catch.hpp"
#include "cuda/support/uploaded_rules.cuh"
#include "scn/cuda/convolution.cuh"
#include "support/random_cases.hpp"

namespace convolution_test {

using namespace scn;
using Numbers = std::vector<double>;

/// A map by its pairs, as parity::upload_rules asks for it.
struct Pairs {
  std::int64_t inputs = 0, outputs = 0, taps = 1;
  std::vector<Rule> list;
  bool unique = true, mirrored = false;

  const std::vector<Rule>& pairs() const { return list; }
  bool inputs_unique() const { return unique; }
};

Pairs transposed(Pairs pairs) {
  std::swap(pairs.inputs, pairs.outputs);
  for (Rule& rule : pairs.list) std::swap(rule.in, rule.out);
  return pairs;
}

/// Each tap joins a share of the rows, each row at most once; where not unique, outputs meet up to three inputs.
Pairs random_pairs(oracle::Random& random, std::int64_t inputs, std::int64_t outputs, std::int64_t taps,
                   bool unique = true) {
  Pairs made{inputs, outputs, taps, {}, unique};
  std::vector<std::int32_t> in(static_cast<std::size_t>(inputs)), out(static_cast<std::size_t>(outputs));
  std::iota(in.begin(), in.end(), 0);
  std::iota(out.begin(), out.end(), 0);
  std::mt19937 engine(static_cast<std::uint32_t>(random.integer(0, 1 << 30)));
  for (std::int32_t tap = 0; tap < taps; ++tap) {
    std::shuffle(in.begin(), in.end(), engine);
    std::shuffle(out.begin(), out.end(), engine);
    const auto count = std::min(in.size(), out.size()) * (tap == taps / 2 ? 4 : tap % 3 + 1) / 4;
    for (std::size_t i = 0; i < count; ++i) {
      made.list.push_back({tap, in[i], out[i]});
      for (std::size_t more = 1; !unique && more <= i % 3 && i + more < in.size(); ++more)
        made.list.push_back({tap, in[i + more], out[i]});
    }
  }
  return made;
}

struct Channels {
  std::int64_t in, out, groups = 1;
};

/// Everything about one convolution; numbers are small and whole, so that every type holds them.
struct Case {
  Pairs pairs;
  Channels channels;
  Numbers x, dy, weight;

  std::int64_t group_in() const { return channels.in / channels.groups; }
  std::int64_t group_out() const { return channels.out / channels.groups; }
};

Case make_case(oracle::Random& random, Pairs pairs, Channels channels) {
  Case made{std::move(pairs), channels, {}, {}, {}};
  const auto drawn = [&](std::int64_t count) {
    return oracle::random_integers(random, static_cast<std::size_t>(count));
  };
  made.x = drawn(made.pairs.inputs * channels.in);
  made.dy = drawn(made.pairs.outputs * channels.out);
  made.weight = drawn(made.pairs.taps * channels.groups * made.group_in() * made.group_out());
  return made;
}

struct Result {
  Numbers y, dx, dweight;
};

Result expected(const Case& of) {
  Result sums{Numbers(of.dy.size()), Numbers(of.x.size()), Numbers(of.weight.size())};
  for (const Rule& rule : of.pairs.list)
    for (std::int64_t group = 0; group < of.channels.groups; ++group)
      for (std::int64_t i = 0; i < of.group_in(); ++i)
        for (std::int64_t j = 0; j < of.group_out(); ++j) {
          const auto x = static_cast<std::size_t>(rule.in * of.channels.in + group * of.group_in() + i);
          const auto y = static_cast<std::size_t>(rule.out * of.channels.out + group * of.group_out() + j);
          const auto w = static_cast<std::size_t>(
              ((rule.tap * of.channels.groups + group) * of.group_in() + i) * of.group_out() + j);
          sums.y[y] += of.x[x] * of.weight[w];
          sums.dx[x] += of.dy[y] * of.weight[w];
          sums.dweight[w] += of.x[x] * of.dy[y];
        }
  return sums;
}

template <class Dev, class T = typename Dev::Scalar>
Matrix<Dev, T> there(Dev& device, std::int64_t rows, std::int64_t channels, const Numbers& values) {
  return Matrix<Dev, T>::from_host(device, rows, channels, std::span<const double>(values));
}

template <class Dev, class T>
Numbers here(const Matrix<Dev, T>& matrix) {
  const auto values = matrix.to_host();
  return {values.begin(), values.end()};
}

/// What the GPU makes of a case. `before` fills dx and dweight, to which is then added.
template <class Dev>
Result run(Dev& device, const Case& of, const double* before = nullptr) {
  using A = typename Dev::Accumulator;
  const auto& channels = of.channels;
  const Pairs& pairs = of.pairs;
  const auto x = there(device, pairs.inputs, channels.in, of.x), dy = there(device, pairs.outputs, channels.out, of.dy);
  const auto weight = there<Dev, A>(device, pairs.taps * channels.groups, of.group_in() * of.group_out(), of.weight);
  const auto rules = parity::upload_rules(device, pairs), back = parity::upload_rules(device, transposed(pairs));
  const auto weights = prepare(device, weight, pairs.taps, channels.groups, channels.in, channels.out);
  const double start = before == nullptr ? std::nan("") : *before;
  auto y = there(device, pairs.outputs, channels.out, Numbers(of.dy.size(), std::nan("")));
  auto dx = there(device, pairs.inputs, channels.in, Numbers(of.x.size(), start));
  auto dweight = there<Dev, A>(device, pairs.taps * channels.groups, of.group_in() * of.group_out(),
                               Numbers(of.weight.size(), start));
  const Write write = before == nullptr ? Write::assign : Write::add;
  convolve(device, x, weights, rules, Epilogue<A, typename Dev::Scalar>{}, y);
  convolve_backward_input(device, dy, weights, back, dx, write);
  convolve_backward_weight(device, x, dy, rules, channels.groups, dweight, write);
  return {here(y), here(dx), here(dweight)};
}

/// |got - expected| / |expected|, or 1 where sizes differ.
double relative_error(const Numbers& got, const Numbers& expected) {
  if (got.size() != expected.size()) return 1;
  double error = 0, norm = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    error += std::pow(got[i] - expected[i], 2);
    norm += std::pow(expected[i], 2);
  }
  return std::sqrt(error / std::max(norm, 1e-300));
}

/// What storing a number in T may lose.
template <class T>
constexpr double rounding = 1e-6;
template <>
constexpr double rounding<double> = 1e-15;
template <>
constexpr double rounding<__half> = 3e-4;
template <>
constexpr double rounding<__nv_bfloat16> = 2.5e-3;

template <class Dev>
void check(Dev& device, const Case& of) {
  using T = typename Dev::Scalar;
  INFO("channels " << of.channels.in << " -> " << of.channels.out << ", groups " << of.channels.groups << ", taps "
                   << of.pairs.taps);
  const Result seen = run(device, of), right = expected(of);
  CHECK(relative_error(seen.y, right.y) <= rounding<T>);
  CHECK(relative_error(seen.dx, right.dx) <= rounding<T>);
  CHECK(relative_error(seen.dweight, right.dweight) <= rounding<typename Dev::Accumulator>);
}

template <class Dev>
void check_channels(Dev& device) {
  oracle::Random random(1);
  const Pairs pairs = random_pairs(random, 300, 270, 27);
  for (const Channels channels : {Channels{1, 1},
                                  {1, 20},
                                  {3, 64},
                                  {5, 16},
                                  {8, 8},
                                  {17, 33},
                                  {24, 40},
                                  {64, 64},
                                  {96, 128},
                                  {130, 3},
                                  {16, 32, 2},
                                  {12, 6, 3},
                                  {40, 40, 40},
                                  {64, 128, 4}})
    check(device, make_case(random, pairs, channels));
}

TEST_CASE("A convolution on the GPU and its gradients agree with sums in double for any channels", "[cuda][small]") {
  CudaDevice<float> single;
  check_channels(single);
  CudaDevice<double> twice;
  check_channels(twice);
  CudaDevice<__half> half;
  check_channels(half);
  CudaDevice<__nv_bfloat16> brain;
  check_channels(brain);
}

TEST_CASE("A convolution on the GPU multiplies floats as they are where the device is exact", "[cuda][small]") {
  CudaDevice<float> exact{.precision = Precision::exact};
  check_channels(exact);
  oracle::Random random(2);
  Case fine = make_case(random, random_pairs(random, 300, 270, 27), {24, 40});
  for (double& value : fine.x) value = static_cast<float>(value * 1.0000123);
  CHECK(relative_error(run(exact, fine).y, expected(fine).y) < 1e-6);
  CudaDevice<float> rounds;
  CHECK(relative_error(run(rounds, fine).y, expected(fine).y) > 1e-6);
}

TEST_CASE("A convolution on the GPU takes any number of taps") {
  oracle::Random random(3);
  CudaDevice<__half> half;
  CudaDevice<double> twice;
  for (const std::int64_t taps : {1, 2, 8, 32, 33, 81, 125})
    for (const Channels channels : {Channels{8, 16}, {40, 8}, {3, 5}, {6, 6, 6}}) {
      const Case of = make_case(random, random_pairs(random, 150, 140, taps), channels);
      check(half, of);
      check(twice, of);
    }
}

TEST_CASE("A convolution on the GPU adds up all inputs that an output meets through one tap", "[cuda][small]") {
  oracle::Random random(4);
  CudaDevice<float> single;
  CudaDevice<float> exact{.precision = Precision::exact};
  for (const Channels channels : {Channels{16, 24}, {5, 5, 5}}) {
    const Case of = make_case(random, random_pairs(random, 200, 190, 40, false), channels);
    check(single, of);
    check(exact, of);
  }
}

TEST_CASE("A convolution on the GPU reads a map from its last tap downwards where it is reversed", "[cuda][small]") {
  oracle::Random random(5);
  CudaDevice<__half> device;
  for (const Channels channels : {Channels{24, 32}, {4, 4, 4}}) {
    Case of = make_case(random, random_pairs(random, 200, 190, 27), channels);
    const auto x = there(device, of.pairs.inputs, channels.in, of.x), dy = there(device, 190, channels.out, of.dy);
    const auto weight =
        there<CudaDevice<__half>, float>(device, 27 * channels.groups, of.group_in() * of.group_out(), of.weight);
    auto rules = parity::upload_rules(device, of.pairs);
    rules.reversed = true;
    Matrix<CudaDevice<__half>> y(device, 190, channels.out);
    Matrix<CudaDevice<__half>, float> dweight(device, weight.rows().bound, weight.channels());
    convolve(device, x, prepare(device, weight, 27, channels.groups, channels.in, channels.out), rules, {}, y);
    convolve_backward_weight(device, x, dy, rules, channels.groups, dweight, Write::assign);
    for (Rule& rule : of.pairs.list) rule.tap = 26 - rule.tap;
    CHECK(relative_error(here(y), expected(of).y) <= rounding<__half>);
    CHECK(relative_error(here(dweight), expected(of).dweight) <= rounding<float>);
  }
}

TEST_CASE("A convolution on the GPU writes the rows that a map names for its places") {
  using Dev = CudaDevice<__half>;
  oracle::Random random(6);
  Dev device;
  const Case of = make_case(random, random_pairs(random, 200, 300, 27), {16, 24});
  std::vector<std::int32_t> row(384, -1), place(300);
  std::iota(row.begin(), row.begin() + 300, 0);
  std::shuffle(row.begin(), row.end(), std::mt19937(6));
  for (std::size_t i = 0; i < row.size(); ++i)
    if (row[i] >= 0) place[static_cast<std::size_t>(row[i])] = static_cast<std::int32_t>(i);
  Pairs places = of.pairs;
  places.outputs = 384;
  for (Rule& rule : places.list) rule.out = place[static_cast<std::size_t>(rule.out)];
  auto rules = parity::upload_rules(device, places);
  const Buffer<std::int32_t, Dev> rows(device, std::span<const std::int32_t>(row));
  rules.row = rows.data();
  rules.outputs = 300;
  const auto x = there(device, 200, 16, of.x), dy = there(device, 300, 24, of.dy);
  const auto weight = there<Dev, float>(device, 27, 16 * 24, of.weight);
  Matrix<Dev> y(device, 300, 24);
  Matrix<Dev, float> dweight(device, 27, 16 * 24);
  convolve(device, x, prepare(device, weight, 27, 1, 16, 24), rules, {}, y);
  convolve_backward_weight(device, x, dy, rules, 1, dweight, Write::assign);
  CHECK(relative_error(here(y), expected(of).y) <= rounding<__half>);
  CHECK(relative_error(here(dweight), expected(of).dweight) <= rounding<float>);
}

TEST_CASE("Gradients of a convolution on the GPU are added to what is there where asked for", "[cuda][small]") {
  oracle::Random random(7);
  const double before = 3;
  CudaDevice<float> device;
  CudaDevice<float> exact{.precision = Precision::exact};
  for (const Channels channels : {Channels{16, 24}, {7, 5}, {4, 4, 4}}) {
    const Case of = make_case(random, random_pairs(random, 200, 190, 27), channels);
    Result right = expected(of);
    for (double& value : right.dx) value += before;
    for (double& value : right.dweight) value += before;
    for (auto* each : {&device, &exact}) {
      const Result seen = run(*each, of, &before);
      CHECK(relative_error(seen.dx, right.dx) <= rounding<float>);
      CHECK(relative_error(seen.dweight, right.dweight) <= rounding<float>);
    }
  }
}

TEST_CASE("A convolution on the GPU finishes its rows as the epilogue says, those without pairs too", "[cuda][small]") {
  using Dev = CudaDevice<float>;
  oracle::Random random(8);
  for (const Precision precision : {Precision::tf32, Precision::exact})
    for (const Channels channels : {Channels{16, 24}, {7, 5}, {4, 4, 4}}) {
      Dev device{.precision = precision};
      Case of = make_case(random, random_pairs(random, 200, 190, 27), channels);
      std::erase_if(of.pairs.list, [](const Rule& rule) { return rule.out % 5 == 0 || rule.out < 130; });
      const auto count = static_cast<std::size_t>(channels.out);
      const Numbers shift = oracle::random_integers(random, count), residual = of.dy;
      const auto x = there(device, 200, channels.in, of.x), added = there(device, 190, channels.out, residual);
      const auto weight = there<Dev, float>(device, 27 * channels.groups, of.group_in() * of.group_out(), of.weight);
      const auto shifts = there<Dev, float>(device, 1, channels.out, shift);
      Matrix<Dev> y(device, 190, channels.out);
      Epilogue<float> epilogue;
      epilogue.shift = shifts.view().data;
      epilogue.residual = added.view();
      epilogue.slope = 0.25f;
      convolve(device, x, prepare(device, weight, 27, channels.groups, channels.in, channels.out),
               parity::upload_rules(device, of.pairs), epilogue, y);
      Numbers right = expected(of).y;
      for (std::size_t i = 0; i < right.size(); ++i) {
        right[i] += shift[i % count] + residual[i];
        if (right[i] < 0) right[i] *= 0.25;
      }
      CHECK(relative_error(here(y), right) <= rounding<float>);
    }
}

TEST_CASE("A convolution on the GPU of no rows, or without pairs, is one like others") {
  CudaDevice<__half> device;
  oracle::Random random(9);
  for (const Channels channels : {Channels{8, 16}, {3, 5}, {4, 4, 4}}) {
    const Case nothing = make_case(random, Pairs{0, 0, 27, {}}, channels);
    CHECK(run(device, nothing).dweight == Numbers(nothing.weight.size()));
    const Case apart = make_case(random, Pairs{40, 150, 27, {}}, channels);
    const Result seen = run(device, apart);
    CHECK(seen.y == Numbers(apart.dy.size()));
    CHECK(seen.dx == Numbers(apart.x.size()));
    CHECK(seen.dweight == Numbers(apart.weight.size()));
  }
}

TEST_CASE("A convolution on the GPU has the same bits from run to run and in any batch around a sample") {
  using Dev = CudaDevice<__half>;
  oracle::Random random(10);
  Dev device;
  for (const Channels channels : {Channels{8, 16}, {24, 40}, {64, 64}}) {
    const Case alone = make_case(random, random_pairs(random, 200, 190, 27), channels);
    Case batch = make_case(random, random_pairs(random, 77, 33, 27), channels);
    batch.weight = alone.weight;
    for (Rule rule : alone.pairs.list) {
      rule.in += 77;
      rule.out += 33;
      batch.pairs.list.push_back(rule);
    }
    Case noisy = alone;
    for (double& value : noisy.x) value *= 0.0123;  // sums that round
    noisy.x.swap(noisy.x);
    batch.pairs.inputs += 200;
    batch.pairs.outputs += 190;
    batch.x.insert(batch.x.end(), noisy.x.begin(), noisy.x.end());
    batch.dy.insert(batch.dy.end(), noisy.dy.begin(), noisy.dy.end());
    const Result first = run(device, noisy), again = run(device, noisy), among = run(device, batch);
    CHECK(first.y == again.y);
    CHECK(first.dx == again.dx);
    CHECK(first.dweight == again.dweight);
    CHECK(Numbers(among.y.begin() + 33 * channels.out, among.y.end()) == first.y);
    CHECK(Numbers(among.dx.begin() + 77 * channels.in, among.dx.end()) == first.dx);
  }
}

template <class T>
void check_widths() {
  using Dev = CudaDevice<T>;
  oracle::Random random(12);
  Dev device;
  for (const Channels channels : {Channels{24, 8}, {40, 130, 1}, {64, 64}, {6, 96, 2}}) {
    Case of = make_case(random, random_pairs(random, 300, 270, 27), channels);
    for (double& value : of.x) value *= 0.0123;  // sums that round
    const auto x = there(device, 300, channels.in, of.x);
    const auto weight = there<Dev, float>(device, 27 * channels.groups, of.group_in() * of.group_out(), of.weight);
    const auto matrices = gpu::matrices(prepare(device, weight, 27, channels.groups, channels.in, channels.out));
    const auto rules = parity::upload_rules(device, of.pairs);
    std::vector<Numbers> seen;
    const auto try_width = [&]<int Columns, int Slots>() {
      auto y = there(device, 270, channels.out, Numbers(of.dy.size(), std::nan("")));
      gpu::convolve_by_tensor_cores<Columns, Slots>(device, x.view(), matrices, rules, Epilogue<float, T>{}, y.view());
      seen.push_back(here(y));
    };
    try_width.template operator()<32, 2>();
    try_width.template operator()<32, 6>();
    try_width.template operator()<64, 3>();
    try_width.template operator()<96, 3>();
    try_width.template operator()<128, 3>();
    CHECK(relative_error(seen[0], expected(of).y) < 5e-3);
    for (const Numbers& each : seen) CHECK(each == seen[0]);
  }
}

TEST_CASE("A convolution on the GPU has the same bits whatever the width of its blocks") {
  check_widths<float>();
  check_widths<__half>();
  check_widths<__nv_bfloat16>();
}

TEST_CASE("A convolution on the GPU writes no row beyond the exact number of its outputs", "[cuda][small]") {
  using Dev = CudaDevice<float>;
  oracle::Random random(11);
  for (const Precision precision : {Precision::tf32, Precision::exact})
    for (const Channels channels : {Channels{8, 16}, {3, 5}, {4, 4, 4}}) {
      Dev device{.precision = precision};
      Case of = make_case(random, random_pairs(random, 100, 150, 8), channels);
      const auto x = there(device, 100, channels.in, of.x);
      const auto weight = there<Dev, float>(device, 8 * channels.groups, of.group_in() * of.group_out(), of.weight);
      const Numbers before(static_cast<std::size_t>(150 * channels.out), 99);
      auto y = there(device, 150, channels.out, before);
      const std::vector<std::int64_t> exact{140};
      const Buffer<std::int64_t, Dev> rows(device, std::span<const std::int64_t>(exact));
      auto view = y.view();
      view.rows.exact = rows.data();
      gpu::convolve_rows(device, x.view(),
                         gpu::matrices(prepare(device, weight, 8, channels.groups, channels.in, channels.out)),
                         parity::upload_rules(device, of.pairs), Epilogue<float>{}, view);
      Numbers right = expected(of).y;
      std::fill(right.begin() + 140 * channels.out, right.end(), 99);
      CHECK(relative_error(here(y), right) <= rounding<float>);
    }
}

}  // namespace convolution_test
