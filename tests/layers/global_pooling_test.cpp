// Tests of GlobalPooling against the oracle, and of its bits.
#include "scn/layers/global_pooling.hpp"

#include <limits>

#include "catch.hpp"
#include "scn/layers/sequential.hpp"
#include "support/layer_cases.hpp"
#include "support/oracle_pooling.hpp"
#include "support/thrown_message.hpp"
#include "support/variables.hpp"

namespace {

using layer_cases::Double;
using scn::Cpu;
using scn::GlobalPooling;
using scn::Reduction;

constexpr Reduction reductions[] = {Reduction::sum, Reduction::mean, Reduction::max};

oracle::Rows pooled(Reduction reduction, const oracle::Features& x, std::size_t samples) {
  if (reduction == Reduction::max) return oracle::global_max(x, samples, 3);
  return reduction == Reduction::sum ? oracle::global_sum(x, samples, 3) : oracle::global_mean(x, samples, 3);
}

/// What each row gets of a gradient of its sample: all, a share, or all if it is the maximum.
oracle::Features gradient(Reduction reduction, const oracle::Features& x, const oracle::Rows& y,
                          const oracle::Rows& dy) {
  oracle::Features dx;
  const auto counts = oracle::sites_of_samples(x, y.size());
  for (const auto& [site, row] : x) {
    const auto sample = static_cast<std::size_t>(site.sample);
    oracle::Channels& to = dx[site] = dy[sample];
    for (std::size_t channel = 0; channel < row.size(); ++channel) {
      if (reduction == Reduction::mean) to[channel] /= counts[sample];
      if (reduction == Reduction::max && row[channel] != y[sample][channel]) to[channel] = 0;
    }
  }
  return dx;
}

TEST_CASE("GlobalPooling and its gradient are the oracle's in 1 to 4 dimensions, and 0 without sites") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const Reduction reduction : reductions)
      for (const std::size_t samples : {3u, 5u})
        for (const auto& input : layer_cases::inputs(10 + D, D, 3)) {
          INFO(input.size() << " sites");
          const auto x = layer_cases::tensor<D>(device, input, 3, {}, static_cast<std::int64_t>(samples));
          const auto y = layer_cases::pass(GlobalPooling(reduction), x);
          const auto expected = pooled(reduction, input, samples);
          CHECK(oracle::difference(expected, oracle::rows_of(numbers_of(y.value()), 3), layer_cases::tight) == "");
          const auto dy = oracle::rows_of(numbers_of(y.gradient()), 3);
          CHECK(oracle::difference(gradient(reduction, input, expected, dy), layer_cases::gradient(x),
                                   layer_cases::tight) == "");
        }
  });
}

TEST_CASE("GlobalPooling of many rows and of many small samples is the oracle's") {
  Double device;
  oracle::Random random(4);
  for (const std::int32_t samples : {1, 2, 700}) {
    INFO(samples << " samples");
    auto sites =
        oracle::random_sites(random, {.dimension = 2, .count = 3000, .samples = samples, .low = -60, .high = 60});
    for (oracle::Site& site : sites) site.sample *= 2;
    const auto input = oracle::features_of(sites, oracle::rows_of(oracle::random_reals(random, 9000), 3));
    const auto x = layer_cases::tensor<2>(device, input, 3);
    for (const Reduction reduction : reductions)
      CHECK(oracle::difference(pooled(reduction, input, static_cast<std::size_t>(2 * samples - 1)),
                               oracle::rows_of(numbers_of(GlobalPooling(reduction)(x).value()), 3),
                               layer_cases::tight) == "");
  }
}

TEST_CASE("GlobalPooling has the gradient of finite differences in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    const auto x = layer_cases::tensor<D>(device, layer_cases::batch(5, D, 3), 3);
    for (const Reduction reduction : reductions)
      CHECK(layer_cases::gradient_difference(GlobalPooling(reduction), x) == "");
  });
}

TEST_CASE("Defect 23, mended: GlobalPooling works for samples of several sites, and its mean is the default",
          "[quirk 23]") {
  Cpu device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {1, -4}}, {{0, {7}}, {3, -2}}, {{2, {1}}, {5, -6}}}, 2);
  CHECK(numbers_of(GlobalPooling(Reduction::sum)(x).value()) == std::vector<double>{4, -6, 0, 0, 5, -6});
  CHECK(numbers_of(GlobalPooling()(x).value()) == std::vector<double>{2, -3, 0, 0, 5, -6});
  CHECK(numbers_of(GlobalPooling(Reduction::max)(x).value()) == std::vector<double>{3, -2, 0, 0, 5, -6});
}

TEST_CASE("GlobalPooling's maximum gives the whole gradient to every row equal to it") {
  Cpu device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {3}}, {{0, {1}}, {3}}, {{0, {2}}, {1}}}, 1);
  scn::Tape tape;
  const auto y = GlobalPooling(Reduction::max)(x, &tape);
  tape.backward(y, variable_of(device, 1, 1, {5}).value());
  CHECK(numbers_of(x.features.gradient()) == std::vector<double>{5, 5, 0});
}

TEST_CASE("GlobalPooling's maximum passes over NaN, and is 0 where there is nothing else") {
  Cpu device;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {nan, nan}}, {{0, {1}}, {-4, nan}}}, 2);
  CHECK(numbers_of(GlobalPooling(Reduction::max)(x).value()) == std::vector<double>{-4, 0});
}

TEST_CASE("GlobalPooling has the same bits with 1, 2 and 7 threads") {
  const auto input = layer_cases::batch(2, 2, 5, {.count = 6000, .low = -60, .high = 60});
  for (const Reduction reduction : reductions) {
    std::vector<std::vector<double>> results;
    for (const int threads : {1, 2, 7}) {
      Cpu device{.threads = threads};
      results.push_back(numbers_of(GlobalPooling(reduction)(layer_cases::tensor<2>(device, input, 5)).value()));
    }
    CHECK((results[0] == results[1] && results[0] == results[2]));
  }
}

TEST_CASE("GlobalPooling gives a sample the same bits alone and in a batch") {
  Cpu device;
  oracle::Features all = layer_cases::batch(2, 2, 5, {.count = 6000, .low = -60, .high = 60}), alone;
  for (const auto& [site, row] : all)
    if (site.sample == 2) alone[{0, site.at}] = row;
  REQUIRE(alone.size() > 2048);
  for (const Reduction reduction : reductions) {
    const auto batch = numbers_of(GlobalPooling(reduction)(layer_cases::tensor<2>(device, all, 5)).value());
    CHECK(numbers_of(GlobalPooling(reduction)(layer_cases::tensor<2>(device, alone, 5)).value()) ==
          std::vector<double>(batch.begin() + 10, batch.end()));
  }
}

TEST_CASE("GlobalPooling adds its gradient to what is there, and computes none that is not needed") {
  Cpu device;
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3);
  for (const Reduction reduction : reductions) {
    x.features.clear_gradient();
    layer_cases::pass(GlobalPooling(reduction), x);
    auto twice = numbers_of(x.features.gradient());
    for (double& value : twice) value *= 2;
    layer_cases::pass(GlobalPooling(reduction), x);
    CHECK(numbers_of(x.features.gradient()) == twice);
  }
  x.features.set_needs_gradient(false);
  scn::Tape tape;
  GlobalPooling()(x, &tape);
  CHECK(tape.size() == 0);
}

TEST_CASE("GlobalPooling ends a sequence of layers on sites") {
  Cpu device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {1}}, {{1, {7}}, {3}}}, 1);
  const scn::Sequential net{scn::MaxPooling<1>{device, 2, 2}, GlobalPooling{Reduction::sum}};
  CHECK(numbers_of(net(x).value()) == std::vector<double>{1, 3});
}

TEST_CASE("GlobalPooling refuses places that are not in the order of samples") {
  Cpu device;
  const std::vector<scn::Site<1>> places{{1, 0}, {0, 0}};
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {1}}, {{1, {0}}, {3}}}, 1);
  const scn::SparseTensor<1> on_places{
      x.features,
      std::make_shared<const scn::Sites<1>>(
          scn::Buffer<scn::Site<1>, Cpu>(device, std::span<const scn::Site<1>>(places)), 2),
      x.rulebook};
  CHECK(thrown_message<scn::InvalidArgument>([&] { GlobalPooling()(on_places); }) ==
        "GlobalPooling: the tensor is on places in any order, expected sites");
}

}  // namespace
