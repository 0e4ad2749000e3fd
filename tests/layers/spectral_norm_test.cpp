// Tests of SpectralNorm: its weight against a naive computation, its gradients, and passes that overlap.
#include "scn/layers/spectral_norm.hpp"

#include <cmath>

#include "catch.hpp"
#include "scn/layers/batch_normalization.hpp"
#include "scn/layers/convolution.hpp"
#include "scn/layers/network_in_network.hpp"
#include "scn/layers/sequential.hpp"
#include "scn/layers/submanifold_convolution.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"
#include "support/variables.hpp"

namespace {

using layer_cases::Double;
using Linear = scn::SpectralNorm<scn::NetworkInNetwork<Double>>;
using Numbers = std::vector<double>;

const oracle::Tolerance close{.absolute = 1e-12, .of_largest = 1e-12};

template <class Layer>
scn::Variable<Double> variable(const Layer& layer, const char* name) {
  return layer_cases::parameters<Double>(layer).find(name)->variable;
}
template <class Layer>
Numbers get(const Layer& layer, const char* name) {
  return numbers_of(variable(layer, name).value());
}

/// The reference's computation, written with loops: element (r, c) of the matrix is weight[r * columns + c].
struct Naive {
  Numbers weight, u, v;
  double sigma = 0;

  static void to_length_1(Numbers& x) {
    double square = 0;
    for (const double value : x) square += value * value;
    for (double& value : x) value /= std::sqrt(square);
  }
  void iterate(int iterations) {
    const std::size_t columns = u.size(), rows = weight.size() / columns;
    for (int i = 0; i < iterations; ++i) {
      v.assign(rows, 0);
      for (std::size_t at = 0; at < weight.size(); ++at) v[at / columns] += weight[at] * u[at % columns];
      to_length_1(v);
      u.assign(columns, 0);
      for (std::size_t at = 0; at < weight.size(); ++at) u[at % columns] += weight[at] * v[at / columns];
      to_length_1(u);
    }
    sigma = 0;
    for (std::size_t at = 0; at < weight.size(); ++at) sigma += v[at / columns] * weight[at] * u[at % columns];
  }
  Numbers normalized(double norm) const {
    Numbers result = weight;
    for (double& value : result) value *= norm / sigma;
    return result;
  }
};

template <int D>
auto convolution(Double& device, const scn::SpectralNormSettings& settings = {}) {
  return scn::SpectralNorm{scn::SubmanifoldConvolution<D, Double>{device, 4, 6, 3, {.groups = 2}}, settings};
}

TEST_CASE("SpectralNorm divides the weight by the singular value of its last dimension, in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const auto& input : layer_cases::inputs(D, D, 4)) {
      const auto layer = convolution<D>(device, {.power_iterations = 2, .norm = 1.5});
      Naive naive{get(layer, "weight_orig"), get(layer, "weight_u"), {}};
      const scn::SubmanifoldConvolution<D, Double> plain(device, 4, 6, 3, {.groups = 2});
      for (int pass = 0; pass < 2; ++pass) {
        naive.iterate(2);
        layer_cases::set(variable(plain, "weight"), naive.normalized(1.5));
        const auto y = layer_cases::pass(layer, layer_cases::tensor<D>(device, input, 4));
        const auto expected = plain(layer_cases::tensor<D>(device, input, 4));
        CHECK(oracle::difference(layer_cases::features(expected), layer_cases::features(y), close) == "");
        CHECK(oracle::difference(naive.normalized(1.5), get(layer, "weight"), close) == "");
        CHECK(oracle::difference(naive.u, get(layer, "weight_u"), close) == "");
        CHECK(get(layer, "weight_orig") == naive.weight);
      }
    }
  });
}

TEST_CASE("SpectralNorm has the gradient of finite differences, the singular vectors being constants") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    const auto layer = convolution<D>(device, {.norm = 2});
    const auto x = layer_cases::tensor<D>(device, layer_cases::batch(D, D, 4), 4);
    layer_cases::pass(layer, x);
    CHECK(layer_cases::gradient_difference(layer, x) == "");
  });
  const Linear linear{scn::NetworkInNetwork{device, 3, 5}};
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3);
  CHECK(layer_cases::gradient_difference(linear, x) == "");
}

TEST_CASE("SpectralNorm makes the largest singular value its norm after enough passes") {
  Double device;
  const Linear layer{scn::NetworkInNetwork{device, 5, 3}, {.norm = 0.25}};
  const auto x = variable_of(device, 2, 5, Numbers(10, 1.0));
  for (int i = 0; i < 200; ++i) layer_cases::pass(layer, x);
  Naive result{get(layer, "weight"), {1, 0, 0}, {}};
  result.iterate(500);
  CHECK(result.sigma == Approx(0.25).epsilon(1e-9));
}

TEST_CASE("SpectralNorm infers with the layer's own weight at first, then with that of the last training pass") {
  Double device;
  const scn::NetworkInNetwork plain(device, 3, 2);
  const Linear layer{plain};
  const auto x = variable_of(device, 2, 3, {1, 2, 3, -1, 0, 4});
  const auto first = numbers_of(plain(x).value()), u = get(layer, "weight_u");
  CHECK(numbers_of(layer(x).value()) == first);
  const auto trained = numbers_of(layer_cases::pass(layer, x).value());
  CHECK(trained != first);
  CHECK(numbers_of(layer(x).value()) == trained);
  const auto kept = get(layer, "weight_u");
  CHECK(kept != u);
  CHECK(numbers_of(layer_cases::pass(layer, x, {.training = false}).value()) == trained);
  CHECK(get(layer, "weight_u") == kept);
}

TEST_CASE("SpectralNorm in evaluation sends the gradient to the input and the bias alone") {
  Double device;
  const Linear layer{scn::NetworkInNetwork{device, 3, 2}};
  const auto x = variable_of(device, 2, 3, {1, 2, 3, -1, 0, 4});
  layer_cases::pass(layer, x, {.training = false});
  CHECK((x.has_gradient() && variable(layer, "bias").has_gradient()));
  CHECK_FALSE(variable(layer, "weight_orig").has_gradient());
  CHECK_FALSE(variable(layer, "weight").has_gradient());
}

/// Gradients to two inputs and the weight, when the passes' ways back follow each other or lie one in the other.
std::vector<Numbers> two_passes(Double& device, bool together) {
  device.draws = 0;
  const Linear layer{scn::NetworkInNetwork{device, 3, 2}};
  const auto x = variable_of(device, 2, 3, {1, 2, 3, -1, 0, 4}), z = variable_of(device, 2, 3, {4, 1, -1, 2, 2, 0});
  scn::Tape first, second;
  const auto y = layer(x, &first);
  if (!together) first.backward(y, layer_cases::output_gradient(y));
  const auto w = layer(z, together ? &first : &second);
  const auto weight = get(layer, "weight");
  if (together) {
    const auto [dy, write] = y.contribute();
    scn::Tape::add_to(dy, layer_cases::output_gradient(y), write);
  }
  (together ? first : second).backward(w, layer_cases::output_gradient(w));
  CHECK(get(layer, "weight") == weight);
  return {numbers_of(x.gradient()), numbers_of(z.gradient()), numbers_of(variable(layer, "weight_orig").gradient())};
}

TEST_CASE("SpectralNorm called twice on one tape gives each pass the gradient of its own weight") {
  Double device;
  const auto nested = two_passes(device, true), in_turn = two_passes(device, false);
  for (std::size_t i = 0; i < 3; ++i) CHECK(oracle::difference(in_turn[i], nested[i], close) == "");
}

TEST_CASE("SpectralNorm adds up the gradients of its passes for the original weight") {
  Double device;
  const Linear layer{scn::NetworkInNetwork{device, 3, 2}};
  const auto x = variable_of(device, 2, 3, {1, 2, 3, -1, 0, 4});
  layer_cases::pass(layer, x);
  const auto once = [&] {
    layer_cases::pass(layer, x, {.update_statistics = false});
    return numbers_of(variable(layer, "weight_orig").gradient());
  };
  variable(layer, "weight_orig").clear_gradient();
  auto expected = once();
  for (double& value : expected) value *= 2;
  CHECK(oracle::difference(expected, once(), close) == "");
}

TEST_CASE("SpectralNorm repeats a pass bit by bit when the statistics are left alone") {
  Double device;
  const auto layer = convolution<2>(device);
  const auto input = layer_cases::batch(1, 2, 4);
  layer_cases::pass(layer, layer_cases::tensor<2>(device, input, 4));
  scn::Tape first(scn::Pass{.record = false});
  const auto y = layer(layer_cases::tensor<2>(device, input, 4), &first);
  CHECK(first.size() == 0);
  const auto u = get(layer, "weight_u"), weight = get(layer, "weight");
  const auto again = layer_cases::pass(layer, layer_cases::tensor<2>(device, input, 4), {.update_statistics = false});
  CHECK(layer_cases::features(again) == layer_cases::features(y));
  CHECK((get(layer, "weight_u") == u && get(layer, "weight") == weight));
}

TEST_CASE("SpectralNorm refuses what the layer refuses, is as before, and works afterwards") {
  Double device;
  const Linear layer{scn::NetworkInNetwork{device, 3, 2}};
  const auto x = variable_of(device, 2, 3, {1, 2, 3, -1, 0, 4});
  const auto weight = get(layer, "weight"), u = get(layer, "weight_u");
  scn::Tape tape;
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          layer(variable_of(device, 1, 2, {1, 2}), &tape);
        }) == "NetworkInNetwork: input has 2 channels, expected 3");
  CHECK((get(layer, "weight") == weight && get(layer, "weight_u") == u));
  layer_cases::pass(layer, x);
  const auto y = layer(x, &tape);
  const auto normalized = get(layer, "weight");
  tape.backward(y, layer_cases::output_gradient(y));
  CHECK(get(layer, "weight") == normalized);
  CHECK(variable(layer, "weight_orig").has_gradient());
  CHECK_FALSE(variable(layer, "weight").has_gradient());
}

TEST_CASE("SpectralNorm gives a result that nobody used no gradient, and its weight back") {
  Double device;
  const Linear layer{scn::NetworkInNetwork{device, 3, 2}};
  const auto x = variable_of(device, 2, 3, {1, 2, 3, -1, 0, 4}), other = variable_of(device, 1, 1, {1});
  scn::Tape tape;
  layer(x, &tape);
  const auto weight = get(layer, "weight");
  tape.backward(other);
  CHECK_FALSE(variable(layer, "weight_orig").has_gradient());
  CHECK_FALSE(x.has_gradient());
  CHECK(get(layer, "weight") == weight);
}

TEST_CASE("SpectralNorm gives what needs no gradient none") {
  Double device;
  const Linear layer{scn::NetworkInNetwork{device, 3, 2}};
  const auto x = variable_of(device, 2, 3, {1, 2, 3, -1, 0, 4});
  variable(layer, "weight_orig").set_needs_gradient(false);
  layer_cases::pass(layer, x);
  CHECK((x.has_gradient() && variable(layer, "bias").has_gradient()));
  CHECK_FALSE(variable(layer, "weight_orig").has_gradient());
  CHECK_FALSE(variable(layer, "weight").has_gradient());
}

TEST_CASE("SpectralNorm lists the original weight and, not trained, weight and vector under the reference's names") {
  Double device;
  const auto layer = convolution<2>(device);
  std::vector<scn::Parameter<Double>> all;
  layer.parameters("1.", all);
  std::vector<std::string> names;
  for (const auto& parameter : all) names.push_back(parameter.name);
  CHECK(names == std::vector<std::string>{"1.bias", "1.weight_orig", "1.weight", "1.weight_u"});
  CHECK((all[0].trained && all[1].trained && !all[2].trained && !all[3].trained));
  CHECK(all[1].shape == std::vector<std::int64_t>{9, 2, 2, 3});
  CHECK(all[2].shape == all[1].shape);
  CHECK(all[3].shape == std::vector<std::int64_t>{3});
  CHECK(scn::Parameters<Double>(all).elements() == 9 * 2 * 2 * 3 + 6);
}

TEST_CASE("SpectralNorm starts with a random vector of length 1") {
  Double device{.seed = 1}, other{.seed = 2};
  const auto vector = [](Double& of) { return get(Linear{scn::NetworkInNetwork{of, 3, 7}}, "weight_u"); };
  const auto u = vector(device);
  double square = 0;
  for (const double value : u) square += value * value;
  CHECK(square == Approx(1));
  CHECK(vector(other) != u);
}

TEST_CASE("SpectralNorm has the same bits with 1, 2 and 7 threads") {
  const auto input = layer_cases::batch(2, 2, 4, {.count = 1000, .low = -20, .high = 20});
  std::vector<Numbers> results;
  for (const int threads : {1, 2, 7}) {
    Double device{.threads = threads};
    const auto layer = convolution<2>(device);
    const auto x = layer_cases::tensor<2>(device, input, 4);
    results.push_back(numbers_of(layer_cases::pass(layer, x).features.value()));
    for (const auto& more : {get(layer, "weight_u"), numbers_of(variable(layer, "weight_orig").gradient())})
      results.back().insert(results.back().end(), more.begin(), more.end());
  }
  CHECK((results[0] == results[1] && results[0] == results[2]));
}

TEST_CASE("SpectralNorm stands in lists of layers and answers for the extent like its layer") {
  Double device;
  const auto strided = scn::spectral_norm(scn::Convolution<2, Double>{device, 4, 6, 3, 2});
  CHECK(strided.input_size(scn::Point<2>{4, 5}) == scn::Point<2>{9, 11});
  scn::AnySequential<2, Double> list;
  list.add(strided);
  const scn::Sequential fixed{strided};
  CHECK(list.parameters().find("0.weight_orig") != nullptr);
  CHECK(fixed.parameters().find("0.weight_u") != nullptr);
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 4), 4);
  CHECK(layer_cases::features(list(x)) == layer_cases::features(fixed(x)));
  CHECK(decltype(strided)::name() == "SpectralNorm");
}

TEST_CASE("SpectralNorm of a map without rows moves the vector and gives no rows") {
  Double device;
  const auto layer = convolution<2>(device);
  CHECK(layer_cases::pass(layer, layer_cases::tensor<2>(device, {}, 7)).rows().bound == 0);
  CHECK(numbers_of(variable(layer, "weight_orig").gradient()) == Numbers(9 * 2 * 2 * 3, 0.0));
}

TEST_CASE("SpectralNorm refuses a layer without a trained weight, and settings that are none") {
  Double device;
  const scn::NetworkInNetwork linear(device, 3, 2);
  const scn::BatchNormalization plain(device, 3, {.affine = false});
  CHECK(thrown_message<scn::InvalidArgument>([&] { scn::spectral_norm(plain); }) ==
        "SpectralNorm: BatchNormalization has no trained parameter named weight");
  CHECK(thrown_message<scn::InvalidArgument>([&] { scn::spectral_norm(linear, {.power_iterations = 0}); }) ==
        "SpectralNorm: expected at least 1 power iteration and a positive eps, got 0 and 0.000000");
  CHECK(thrown_message<scn::InvalidArgument>([&] { scn::spectral_norm(linear, {.eps = -1}); }) ==
        "SpectralNorm: expected at least 1 power iteration and a positive eps, got 1 and -1.000000");
  const Linear layer(linear);
  CHECK(thrown_message<scn::InvalidArgument>([&] { scn::spectral_norm(layer); }) ==
        "SpectralNorm: SpectralNorm has no trained parameter named weight");
}

}  // namespace
