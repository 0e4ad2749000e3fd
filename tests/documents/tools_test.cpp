// The tools that docs/layers.md shows: costs of a network, gradients of a layer of one's own, sections that are
// computed twice, initialisation by data.
#include <cmath>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "catch.hpp"
#include "scn/scn.hpp"

namespace {

using namespace scn;

/// A line of 40 sites with two gaps, two channels.
template <Device Dev>
SparseTensor<2, Dev> line(Dev& device) {
  std::vector<Site<2>> sites;
  std::vector<float> features;
  for (std::int32_t i = 0; i < 40; ++i) {
    if (i == 11 || i == 30) continue;
    sites.push_back({0, {i, 20}});
    features.insert(features.end(), {1, 0.1f * static_cast<float>(i)});
  }
  return InputLayer<2, Dev>{device, Point<2>(40)}(sites, features);
}

TEST_CASE("The table of a network's costs is the one that stands in the documents") {
  Cpu device;
  const auto x = line(device);
  const Sequential net{SubmanifoldConvolution<2>{device, 2, 8, 3}, BatchNormReLU{device, 8},
                       UNet<2>{device, {.channels = {8, 16}}}, NetworkInNetwork{device, 8, 3}};
  const Counts work = count(net, x);  // pairs, multiply-adds, hidden states of one forward pass
  const std::string table = to_string(summary(net, x));

  CHECK(work.pairs == summary(net, x).total.counts.pairs);
  std::ifstream file(SCN_SOURCE_DIR "/docs/layers.md");
  const std::string document{std::istreambuf_iterator<char>(file), {}};
  INFO(table);
  CHECK(document.find(table) != std::string::npos);
}

/// y = x / (1 + |x|)
struct Softsign {
  template <class T>
  constexpr T operator()(T x) const {
    return x / (T{1} + std::abs(x));
  }
  template <class T>
  constexpr T slope(T x, T) const {
    return T{1} / ((T{1} + std::abs(x)) * (T{1} + std::abs(x)));
  }
};

TEST_CASE("An activation of one's own is a formula and its slope, which differences confirm") {
  CpuDevice<double> device;
  const auto x = line(device);
  const Sequential net{SubmanifoldConvolution<2, CpuDevice<double>>{device, 2, 3, 3}, Activation<Softsign>{}};
  const GradcheckResult result = gradcheck(net, x);  // of x and every parameter: result.ok
  const std::string worst = to_string(result);       // the element that fits worst, both numbers and the error

  INFO(worst);
  CHECK(result.ok);
}

/// The same with a slope that is wrong for negative numbers.
struct Wrong : Softsign {
  template <class T>
  constexpr T slope(T x, T y) const {
    return x < T{} ? T{1} : Softsign::slope(x, y);
  }
};

TEST_CASE("A wrong slope is found") {
  CpuDevice<double> device;
  const Sequential net{NetworkInNetwork<CpuDevice<double>>{device, 2, 3}, Activation<Wrong>{}};
  CHECK_FALSE(gradcheck(net, line(device)).ok);
}

/// Two convolutions with a norm and dropout between them.
template <class Container>
Container section(Cpu& device) {
  Container layers;
  layers.add(SubmanifoldConvolution<2>{device, 2, 8, 3})
      .add(BatchNormReLU{device, 8})
      .add(Dropout{0.5})
      .add(SubmanifoldConvolution<2>{device, 8, 2, 3});
  return layers;
}

TEST_CASE("A checkpointed section has the numbers of the plain one and keeps nothing in between") {
  std::vector<std::vector<float>> numbers;
  std::vector<std::int64_t> steps;
  const auto pass = [&]<class Container>(const Container&) {
    Cpu device{.seed = 3};
    const Sequential net{section<Container>(device)};
    Tape tape;
    const auto y = net(line(device), &tape);
    steps.push_back(tape.size());
    tape.backward(y.features, y.features.value().copy());
    numbers.push_back(y.features.value().to_host());
    for (const auto& parameter : net.parameters()) {
      numbers.push_back(parameter.variable.value().to_host());
      if (parameter.trained) numbers.push_back(parameter.variable.gradient().to_host());
    }
  };
  pass(AnySequential<2>{});
  pass(CheckpointedSequential<2>{});
  CHECK((steps[0] == 4 && steps[1] == 1));
  REQUIRE(numbers.size() % 2 == 0);
  for (std::size_t i = 0; i < numbers.size() / 2; ++i) CHECK(numbers[i] == numbers[numbers.size() / 2 + i]);
}

TEST_CASE("Layers reweighted by data give it the mean 0 and the deviation 1") {
  Cpu device;
  const Sequential net{SubmanifoldConvolution<2>{device, 2, 8, 3}, ReLU{}, NetworkInNetwork{device, 8, 4}};
  const auto y = reweight(net, line(device));
  const std::vector<float> rows = y.features.value().to_host();
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < rows.size(); i += 4) {
    sum += rows[i];
    squares += rows[i] * rows[i];
  }
  CHECK(std::abs(sum) < 1e-3);
  CHECK(squares == Approx(static_cast<double>(rows.size() / 4 - 1)).epsilon(1e-3));
}

TEST_CASE("A spectral norm stands around a layer and keeps the parameters' names of SparseConvNet") {
  Cpu device;
  const auto layer = spectral_norm(SubmanifoldConvolution<2>{device, 2, 8, 3});
  std::vector<Parameter<Cpu>> parameters;
  layer.parameters("", parameters);
  std::vector<std::string> names;
  for (const auto& parameter : parameters) names.push_back(parameter.name);
  CHECK(names == std::vector<std::string>{"bias", "weight_orig", "weight", "weight_u"});
  CHECK((parameters[1].trained && !parameters[2].trained && parameters[3].shape == std::vector<std::int64_t>{8}));
}

}  // namespace
