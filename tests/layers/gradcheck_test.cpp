// Tests of the public gradient check: what it accepts, what it catches and where, and that it leaves all as it was.
#include "scn/layers/gradcheck.hpp"

#include <cmath>

#include "catch.hpp"
#include "scn/layers/batch_normalization.hpp"
#include "scn/layers/dropout.hpp"
#include "scn/layers/network_in_network.hpp"
#include "scn/layers/sequential.hpp"
#include "scn/layers/sigmoid.hpp"
#include "scn/layers/sparse_to_dense.hpp"
#include "scn/layers/submanifold_convolution.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"
#include "support/variables.hpp"

namespace {

using layer_cases::Double;
using scn::gradcheck;
using scn::GradcheckResult;
using scn::NetworkInNetwork;
using scn::Sequential;

/// y = x * x on rows; its backward step gives `factor * x` for the derivative, times `extra` at one element.
struct Square {
  double factor = 2, extra = 1;
  std::int64_t row = 0, channel = 0;

  scn::Variable<Double> operator()(const scn::Variable<Double>& x, scn::Tape* tape) const {
    std::vector<double> values = x.value().to_host();
    for (double& value : values) value *= value;
    const auto y = variable_of(x.device(), x.rows().bound, x.channels(), values);
    if (scn::is_recording(tape, x.needs_gradient()))
      tape->record([*this, x, y] {
        if (!y.has_gradient()) return;
        auto dy = y.gradient().to_host();
        const auto before = x.value().to_host();
        for (std::size_t i = 0; i < dy.size(); ++i) dy[i] *= factor * before[i];
        if (!dy.empty()) dy[static_cast<std::size_t>(row * x.channels() + channel)] *= extra;
        give_gradient(x, dy);
      });
    return y;
  }
};

TEST_CASE("A gradient check passes right layers on sparse tensors, in 1 to 4 dimensions, on no rows too") {
  Double device;
  const Sequential net{NetworkInNetwork{device, 2, 3}, scn::BatchNormalization{device, 3}, scn::Sigmoid{}};
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    for (const auto& input : layer_cases::inputs(D, D, 2)) {
      const GradcheckResult result = gradcheck(net, layer_cases::tensor<D>(device, input, 2));
      INFO(to_string(result));
      CHECK(result.ok);
      CHECK(result.error < 1e-6);
      CHECK_FALSE(result.variable.empty());
    }
  });
}

TEST_CASE("A gradient check passes right layers on rows, with dense results, and in evaluation") {
  Double device;
  const auto rows = variable_of(device, 3, 2, {1, -2, 0.5, 3, -1, 2}, false);
  CHECK(gradcheck(Square{}, rows).ok);
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 2, {.low = 0}), 2, scn::Point<2>{6, 6});
  CHECK(gradcheck(Sequential{scn::Sigmoid{}, scn::SparseToDense<2, Double>{device}}, x).ok);
  CHECK(gradcheck(scn::BatchNormReLU{device, 2}, x, {.training = false}).ok);
}

TEST_CASE("A gradient check has the same draws in every pass") {
  Double device;
  const auto x = variable_of(device, 5, 4, std::vector<double>(20, 2.0));
  const std::uint64_t draws = device.draws;
  CHECK(gradcheck(Sequential{scn::Dropout(0.5), Square{}, scn::Dropout(0.5)}, x).ok);
  CHECK(device.draws == draws + 2);
}

TEST_CASE("A gradient check says which element of which variable is wrong, and by how much") {
  Double device;
  const auto x = variable_of(device, 3, 2, {1, -2, 0.5, 3, -1, 2});
  const GradcheckResult result = gradcheck(Square{.extra = 1.5, .row = 1, .channel = 1}, x);
  CHECK_FALSE(result.ok);
  CHECK((result.variable == "features" && result.row == 1 && result.channel == 1));
  CHECK(result.analytic == Approx(1.5 * result.numeric));
  CHECK(result.error == Approx(0.5 / 1.5));
  CHECK(to_string(GradcheckResult{false, 0.5, "0.weight", 3, 1, 0.5, 0.25}) ==
        "0.weight(3, 1): gradient 0.5, by differences 0.25, relative error 0.5");
}

TEST_CASE("A gradient check catches a small deviation, a missing gradient and one that is no number") {
  Double device;
  const auto x = variable_of(device, 1, 2, {1, -2});
  CHECK_FALSE(gradcheck(Square{.factor = 2.0001}, x).ok);
  CHECK(gradcheck(Square{.factor = 2.0001}, x, {.tolerance = 1e-3}).ok);
  const GradcheckResult missing = gradcheck<Double>([&](scn::Tape*) { return Square{}(x, nullptr); }, {{"x", x}});
  CHECK((!missing.ok && missing.variable == "x" && missing.analytic == 0 && missing.error == 1));
  const GradcheckResult no_number = gradcheck(Square{.factor = std::nan("")}, x);
  CHECK_FALSE(no_number.ok);
  CHECK(std::isinf(no_number.error));
}

TEST_CASE("A gradient check takes a function of several variables under their names") {
  Double device;
  const auto x = variable_of(device, 2, 2, {1, -2, 3, 4}), other = variable_of(device, 1, 1, {5});
  const GradcheckResult result = gradcheck<Double>(
      [&](scn::Tape* tape) {
        Square{.factor = 3}(other, tape);  // reaches no result: its gradient is 0 both ways
        return Square{.extra = 2}(x, tape);
      },
      {{"other", other}, {"x", x}});
  CHECK((!result.ok && result.variable == "x"));
}

TEST_CASE("A gradient check looks at trained parameters, but not at frozen ones") {
  Double device;
  const NetworkInNetwork layer{device, 2, 1};
  const struct WrongWeight {
    NetworkInNetwork<Double> layer;
    scn::Variable<Double> operator()(const scn::Variable<Double>& x, scn::Tape* tape) const {
      const auto weight = layer_cases::parameters<Double>(layer).find("weight")->variable;
      tape->record([weight] {  // the last step of the backward pass
        if (weight.has_gradient()) scn::Tape::add_to(weight.contribute().to, weight.value(), scn::Write::add);
      });
      return layer(x, tape);
    }
    void parameters(const std::string& prefix, std::vector<scn::Parameter<Double>>& into) const {
      layer.parameters(prefix, into);
    }
  } wrong{layer};
  const auto x = variable_of(device, 2, 2, {1, -2, 3, 4});
  CHECK(gradcheck(layer, x).ok);
  const GradcheckResult result = gradcheck(wrong, x);
  CHECK((!result.ok && result.variable == "weight"));
  layer_cases::parameters<Double>(layer).find("weight")->variable.set_needs_gradient(false);
  CHECK(gradcheck(wrong, x).ok);
}

TEST_CASE("A gradient check may move some elements only, evenly spread") {
  Double device;
  const auto x = variable_of(device, 4, 1, {1, 2, 3, 4});
  int passes = 0;
  const auto check = [&](double extra, std::int64_t row, std::int64_t elements) {
    passes = 0;
    return gradcheck<Double>(
               [&](scn::Tape* tape) {
                 ++passes;
                 return Square{.extra = extra, .row = row}(x, tape);
               },
               {{"x", x}}, {.elements = elements})
        .ok;
  };
  CHECK_FALSE(check(2, 2, 2));
  CHECK(passes == 2 + 2 * 2);
  CHECK(check(2, 3, 2));
  CHECK_FALSE(check(2, 3, 9));
  CHECK(passes == 2 + 2 * 4);
}

TEST_CASE("A gradient check leaves values, statistics and the given tensor as they were, and no gradients") {
  Double device;
  const Sequential net{NetworkInNetwork{device, 2, 3}, scn::BatchNormReLU{device, 3}};
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {1, 2}}, {{0, {1}}, {3, 5}}}, 2);
  const auto numbers = [&] {
    std::vector<std::vector<double>> all{layer_cases::numbers(x.features.value())};
    for (const auto& parameter : net.parameters()) all.push_back(layer_cases::numbers(parameter.variable.value()));
    return all;
  };
  const auto before = numbers();
  gradcheck(net, x);
  CHECK(numbers() == before);
  CHECK_FALSE(x.features.has_gradient());
  for (const auto& parameter : net.parameters()) CHECK_FALSE(parameter.variable.has_gradient());
}

TEST_CASE("A gradient check puts a value back when the function throws") {
  Double device;
  const auto x = variable_of(device, 1, 1, {3});
  int calls = 0;
  const auto failing = [&](scn::Tape* tape) {
    scn::require(++calls < 3, "no more");
    return Square{}(x, tape);
  };
  CHECK(thrown_message<scn::InvalidArgument>([&] { gradcheck<Double>(failing, {{"x", x}}); }) == "no more");
  CHECK(number_of(x) == 3);
}

TEST_CASE("A gradient check of nothing is all right") {
  Double device;
  const GradcheckResult result = gradcheck(Square{}, variable_of(device, 0, 0, {}));
  CHECK((result.ok && result.variable.empty()));
}

TEST_CASE("A gradient check refuses variables that need no gradient, and settings that make no sense") {
  Double device;
  const auto x = variable_of(device, 1, 1, {3}, false);
  const auto square = [&](scn::Tape* tape) { return Square{}(x, tape); };
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          gradcheck<Double>(square, {{"x", x}});
        }) == "gradcheck: x needs no gradient");
  for (const scn::GradcheckSettings& settings :
       {scn::GradcheckSettings{.step = 0}, scn::GradcheckSettings{.smallest = 0},
        scn::GradcheckSettings{.elements = -1}})
    CHECK(thrown_message<scn::InvalidArgument>([&] { gradcheck(Square{}, x, settings); }) ==
          "gradcheck: step and smallest have to be positive, elements not negative");
}

}  // namespace
