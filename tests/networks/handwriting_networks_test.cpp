// Tests of the networks for handwriting: numbers of parameters, names, extents and gradients.
#include "scn/networks/handwriting_networks.hpp"

#include "catch.hpp"
#include "support/joint_gradient.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::Point;
using Net = scn::SampleClassifier<2, Double>;

/// Numbers of a norm, of a convolution of size 3, of a norm and a convolution of size 3 of as many channels, and of a
/// linear layer.
std::int64_t norm(std::int64_t channels) { return 2 * channels; }
std::int64_t convolution(std::int64_t in, std::int64_t out) { return 9 * in * out; }
std::int64_t linear(std::int64_t in, std::int64_t out) { return in * out + out; }

/// Of two equal steps of a VGG network of n channels, each a convolution to a beside a branch of b channels, 0 for
/// none.
std::int64_t vgg_pair(std::int64_t n, std::int64_t a, std::int64_t b = 0) {
  std::int64_t sum = 0;
  for (const std::int64_t in : {n, a + b})
    sum += convolution(in, a) + convolution(in, b) + norm(b) + convolution(b, b) + norm(b) + convolution(b, b) +
           norm(a + b);
  return sum;
}

/// Of two residual blocks of n to m channels, the first with a convolution as its shortcut unless they are the same.
std::int64_t residual_pair(std::int64_t n, std::int64_t m) {
  const std::int64_t shortcut = n == m ? 0 : convolution(n, m);
  return norm(n) + convolution(n, m) + norm(m) + convolution(m, m) + shortcut + 2 * (norm(m) + convolution(m, m));
}

TEST_CASE("The Assamese VGGplus has its number of parameters") {
  Double device;
  CHECK(scn::assamese_vgg_plus(device).parameters().elements() == vgg_pair(3, 8) + vgg_pair(8, 16) +
                                                                      vgg_pair(16, 16, 8) + vgg_pair(24, 24, 8) +
                                                                      25 * 32 * 64 + norm(64) + linear(64, 183));
}

TEST_CASE("The Assamese ResNet has its number of parameters") {
  Double device;
  CHECK(scn::assamese_res_net(device).parameters().elements() ==
        convolution(3, 8) + residual_pair(8, 8) + residual_pair(8, 16) + residual_pair(16, 24) + residual_pair(24, 32) +
            norm(32) + 25 * 32 * 64 + norm(64) + linear(64, 183));
}

TEST_CASE("The Chinese VGG-C has its number of parameters") {
  Double device;
  CHECK(scn::chinese_vgg_c(device).parameters().elements() == vgg_pair(3, 16) + vgg_pair(16, 32) + vgg_pair(32, 48) +
                                                                  vgg_pair(48, 64) + vgg_pair(64, 96) +
                                                                  convolution(96, 128) + norm(128) + linear(128, 3755));
}

TEST_CASE("The Chinese VGG-C+ has its number of parameters") {
  Double device;
  CHECK(scn::chinese_vgg_c_plus(device).parameters().elements() ==
        vgg_pair(3, 16, 8) + vgg_pair(24, 32, 8) + vgg_pair(40, 48, 16) + vgg_pair(64, 64, 16) + vgg_pair(80, 96, 16) +
            convolution(112, 128) + norm(128) + linear(128, 3755));
}

TEST_CASE("The Chinese ResNet-A has its number of parameters") {
  Double device;
  CHECK(scn::chinese_res_net_a(device).parameters().elements() ==
        convolution(3, 16) + residual_pair(16, 16) + residual_pair(16, 32) + residual_pair(32, 48) +
            residual_pair(48, 96) + norm(96) + convolution(96, 128) + norm(128) + linear(128, 3755));
}

/// All five, for few classes.
std::vector<std::pair<std::string, Net>> networks(Double& device) {
  return {{"assamese_vgg_plus", scn::assamese_vgg_plus(device, 3)},
          {"assamese_res_net", scn::assamese_res_net(device, 3)},
          {"chinese_vgg_c", scn::chinese_vgg_c(device, 3)},
          {"chinese_vgg_c_plus", scn::chinese_vgg_c_plus(device, 3)},
          {"chinese_res_net_a", scn::chinese_res_net_a(device, 3)}};
}

Point<2> extent(const std::string& name) { return Point<2>(name.starts_with("assamese") ? 95 : 63); }

TEST_CASE("The networks for handwriting want 95 x 95 for Assamese and 63 x 63 for Chinese") {
  Double device;
  for (const auto& [name, net] : networks(device)) {
    INFO(name);
    CHECK(net.input_size(Point<2>(1)) == extent(name));
  }
}

TEST_CASE("The networks for handwriting classify samples, with the gradients of finite differences") {
  Double device{.seed = 3};
  const auto input = layer_cases::batch(1, 2, 3, {.count = 60, .low = 0, .high = 62});
  for (const auto& [name, net] : networks(device)) {
    INFO(name);
    const auto x = layer_cases::tensor<2>(device, input, 3, extent(name), 4);
    const auto y = layer_cases::pass(net, x);
    CHECK((y.rows().bound == 4 && y.channels() == 3));
    CHECK(layer_cases::joint_gradient_difference(net, x, {.training = false}) == "");
  }
}

TEST_CASE("The networks for handwriting give samples without sites the bias of the linear layer") {
  Double device;
  for (const auto& [name, net] : networks(device)) {
    INFO(name);
    layer_cases::set(net.parameters().find("linear.bias")->variable, {1, 2, 3});
    const auto y = net(layer_cases::tensor<2>(device, {}, 3, extent(name), 2));
    CHECK(layer_cases::numbers(y.value()) == std::vector<double>{1, 2, 3, 1, 2, 3});
  }
}

TEST_CASE("The networks for handwriting have the reference's names where a level of names begins or ends") {
  Double device;
  const auto has = [&](const Net& net, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      INFO(name);
      CHECK(net.parameters().find(name) != nullptr);
    }
  };
  has(scn::assamese_vgg_plus(device, 3),
      {"sparseModel.0.0.weight", "sparseModel.0.10.0.weight", "sparseModel.0.10.1.4.weight",
       "sparseModel.0.22.running_var", "sparseModel.1.weight", "sparseModel.2.bias", "linear.bias"});
  has(scn::assamese_res_net(device, 3),
      {"sparseModel.0.weight", "sparseModel.2.0.weight", "sparseModel.2.1.0.0.weight", "sparseModel.2.20.weight",
       "sparseModel.3.weight", "sparseModel.4.bias", "linear.weight"});
  has(scn::chinese_vgg_c(device, 3), {"sparseModel.0.weight", "sparseModel.23.running_mean", "sparseModel.24.weight",
                                      "sparseModel.25.bias", "linear.weight"});
}

TEST_CASE("The networks for handwriting refuse another extent than theirs") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, {{{0, {1, 2}}, {1, 2, 3}}}, 3, Point<2>{63, 95});
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          scn::assamese_res_net(device)(x);
        }).starts_with("Convolution<2>: a window of size (5, 5), stride (1, 1)"));
  CHECK(thrown_message<scn::InvalidArgument>([&] { scn::chinese_res_net_a(device)(x); }) ==
        "SampleRows<2>: the sites have the extent (1, 3), expected (1, 1)");
}

}  // namespace
