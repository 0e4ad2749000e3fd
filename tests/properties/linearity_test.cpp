// Properties of convolutions as linear maps: linear in features and weights, adjoint to their gradients and to the
// layers that go the other way.
#include "check.hpp"
#include "support/comparison.hpp"

namespace {

using oracle::difference;
using properties::ConvolutionCase;
using properties::Features;
using properties::Random;
using properties::run;

/// a x + b y, by site.
Features combined(double a, const Features& x, double b, const Features& y) {
  Features sum = x;
  for (auto& [site, channels] : sum)
    for (std::size_t c = 0; c < channels.size(); ++c) channels[c] = a * channels[c] + b * y.at(site)[c];
  return sum;
}

/// Two of -3 .. 3 other than 0.
std::pair<double, double> factors(Random& random) {
  const auto draw = [&] { return static_cast<double>(random.integer(1, 3) * (2 * random.integer(0, 1) - 1)); };
  const double first = draw();
  return {first, draw()};
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

double dot(const Features& a, const Features& b) {
  double sum = 0;
  for (const auto& [site, channels] : a) sum += dot(channels, b.at(site));
  return sum;
}

TEST_CASE("Convolutions are linear in their features, exactly on integers", "[PRP-03]") {
  properties::check(1, {}, [](const ConvolutionCase& drawn, Random& random) {
    const auto [a, b] = factors(random);
    ConvolutionCase other = drawn, sum = drawn;
    other.x = properties::random_features(random, oracle::sites_of(drawn.x), drawn.layer.in);
    sum.x = combined(a, drawn.x, b, other.x);
    return difference(combined(a, run<float>(drawn).y, b, run<float>(other).y), run<float>(sum).y);
  });
}

TEST_CASE("Convolutions are linear in their weights, exactly on integers", "[PRP-03]") {
  properties::check(2, {}, [](const ConvolutionCase& drawn, Random& random) {
    const auto [a, b] = factors(random);
    ConvolutionCase other = drawn, sum = drawn;
    other.layer.weight = oracle::random_integers(random, drawn.layer.weights());
    for (std::size_t i = 0; i < sum.layer.weight.size(); ++i)
      sum.layer.weight[i] = a * drawn.layer.weight[i] + b * other.layer.weight[i];
    return difference(combined(a, run<float>(drawn).y, b, run<float>(other).y), run<float>(sum).y);
  });
}

TEST_CASE("The gradient to the input is the layer of the other way onto the sites it came from", "[PRP-07]") {
  properties::check(3, {}, [](const ConvolutionCase& drawn, Random& random) {
    const Features dy = properties::random_features(random, properties::output_sites(drawn), drawn.layer.out);
    return difference(run<float>(properties::transposed(drawn, dy)).y, run<float>(drawn, dy).dx);
  });
}

/// "" if <conv(x), dy> is <x, conv^T(dy)> and <W, dW>, up to `tolerance` times the terms of the first product.
template <class T>
std::string adjointness_difference(const ConvolutionCase& drawn, const Features& dy, double tolerance) {
  const auto pass = run<T>(drawn, dy);
  const Features back = run<T>(properties::transposed(drawn, dy)).y;
  double terms = 0;
  for (const auto& [site, channels] : pass.y)
    for (std::size_t c = 0; c < channels.size(); ++c) terms += std::abs(channels[c] * dy.at(site)[c]);
  const std::vector<double> expected(2, dot(pass.y, dy));
  return difference(expected, std::vector<double>{dot(drawn.x, back), dot(drawn.layer.weight, pass.dweight)},
                    {.absolute = tolerance * terms});
}

TEST_CASE("<conv(x), y> is <x, conv^T(y)> and <W, dW>, exactly on integers", "[PRP-07]") {
  properties::check(4, {}, [](const ConvolutionCase& drawn, Random& random) {
    const Features dy = properties::random_features(random, properties::output_sites(drawn), drawn.layer.out);
    return adjointness_difference<float>(drawn, dy, 0);
  });
}

TEST_CASE("<conv(x), y> is <x, conv^T(y)> and <W, dW> to twelve digits in double", "[PRP-07]") {
  const properties::ConvolutionSettings reals{.dimensions = {2, 3}, .integers = false};
  properties::check(5, reals, [](const ConvolutionCase& drawn, Random& random) {
    const Features dy = properties::random_features(random, properties::output_sites(drawn), drawn.layer.out, false);
    return adjointness_difference<double>(drawn, dy, 1e-12);
  });
}

}  // namespace
