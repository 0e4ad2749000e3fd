// Tests of the networks for segmentation: numbers of parameters, names, extents and gradients.
#include "scn/networks/segmentation_networks.hpp"

#include <cmath>

#include "catch.hpp"
#include "support/joint_gradient.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::Point;
using Net = scn::PointClassifier<3, Double>;

/// Numbers of a norm and a convolution without bias, as all of these networks have them.
std::int64_t norm(std::int64_t channels) { return 2 * channels; }
std::int64_t convolution(std::int64_t size, std::int64_t in, std::int64_t out) { return size * size * size * in * out; }
std::int64_t plain(std::int64_t in, std::int64_t out) { return norm(in) + convolution(3, in, out); }
std::int64_t residual(std::int64_t in, std::int64_t out) {
  return (in == out ? 0 : in * out) + plain(in, out) + plain(out, out);
}
std::int64_t linear(std::int64_t in, std::int64_t out) { return in * out + out; }

std::string rounded(std::int64_t parameters, double unit) {
  return std::to_string(std::llround(static_cast<double>(parameters) / unit));
}

TEST_CASE("The U-Net for ShapeNet has its number of parameters, the 3.84 million that the reference states") {
  Double device;
  const std::int64_t elements = scn::shapenet_unet(device).parameters().elements();
  // A block before and one after each step down, the steps down and up with their norms.
  std::int64_t sum = convolution(3, 1, 32) + norm(32) + linear(32, 50);
  for (int level = 1; level <= 5; ++level) sum += plain(32 * level, 32 * level);
  for (int level = 1; level < 5; ++level) {
    const std::int64_t here = 32 * level, below = here + 32;
    sum += norm(here) + convolution(2, here, below) + norm(below) + convolution(2, below, here) + plain(2 * here, here);
  }
  CHECK(elements == sum);
  CHECK(rounded(elements, 1e4) == "384");
}

TEST_CASE("The fully convolutional network for ShapeNet has its number of parameters") {
  Double device;
  std::int64_t sum = convolution(3, 1, 32) + norm(480) + linear(480, 50);
  for (int level = 1; level <= 5; ++level) sum += 2 * plain(32 * level, 32 * level);
  for (int level = 1; level < 5; ++level) sum += norm(32 * level) + convolution(3, 32 * level, 32 * (level + 1));
  CHECK(scn::shapenet_fully_convolutional(device).parameters().elements() == sum);
}

TEST_CASE("The U-Net for ScanNet has its number of parameters, the 2.69 million that the reference states") {
  Double device;
  const std::int64_t elements = scn::scannet_unet(device).parameters().elements();
  std::int64_t sum = convolution(3, 3, 16) + linear(16, 20);
  for (int level = 1; level <= 7; ++level) sum += plain(16 * level, 16 * level);
  for (int level = 1; level < 7; ++level) {
    const std::int64_t here = 16 * level, below = here + 16;
    sum += norm(here) + convolution(2, here, below) + norm(below) + convolution(2, below, here) + plain(2 * here, here);
  }
  CHECK(elements == sum);
  CHECK(rounded(elements, 1e4) == "269");
}

TEST_CASE("The large U-Net for ScanNet has its number of parameters, the 30.1 million that the reference states") {
  Double device;
  const std::int64_t elements = scn::scannet_unet(device, scn::large_scannet).parameters().elements();
  std::int64_t sum = convolution(3, 3, 32) + linear(32, 20);
  for (int level = 1; level <= 7; ++level) sum += 2 * residual(32 * level, 32 * level);
  for (int level = 1; level < 7; ++level) {
    const std::int64_t here = 32 * level, below = here + 32;
    sum += norm(here) + convolution(2, here, below) + norm(below) + convolution(2, below, here) +
           residual(2 * here, here) + residual(here, here);
  }
  CHECK(elements == sum);
  CHECK(rounded(elements, 1e5) == "301");
}

TEST_CASE("The fully convolutional network for NYU has its number of parameters") {
  Double device;
  std::int64_t sum = convolution(3, 4, 16) + 40;
  for (int level = 1; level <= 9; ++level) sum += plain(16 * level, 16 * level) + norm(16 * level) + 16 * level * 40;
  for (int level = 1; level < 9; ++level) sum += norm(16 * level) + convolution(2, 16 * level, 16 * (level + 1));
  CHECK(scn::nyu_fully_convolutional(device).parameters().elements() == sum);
}

/// The name of the first parameter behind all those whose names begin with `prefix`.
std::string first_name_behind(const Net& net, const std::string& prefix) {
  const auto all = net.parameters();
  auto next = all.begin();
  while (next != all.end() && !next->name.starts_with(prefix)) ++next;
  while (next != all.end() && next->name.starts_with(prefix)) ++next;
  return next == all.end() ? "" : next->name;
}

TEST_CASE("Defect 34, kept: the U-Net for ScanNet has no norm between its last convolution and the linear layer",
          "[quirk 34]") {
  Double device;
  CHECK(first_name_behind(scn::scannet_unet(device), "sparseModel.2.") == "linear.weight");
  CHECK(first_name_behind(scn::shapenet_unet(device), "sparseModel.2.") == "sparseModel.3.weight");
}

TEST_CASE("The networks for segmentation have the reference's names, which count its input layer") {
  Double device;
  const auto has = [&](const Net& net, const std::vector<std::string>& names) {
    CHECK(net.parameters().begin()->name == "sparseModel.1.weight");
    for (const std::string& name : names) {
      INFO(name);
      CHECK(net.parameters().find(name) != nullptr);
    }
  };
  has(scn::shapenet_unet(device), {"sparseModel.2.1.1.1.weight", "sparseModel.2.3.1.weight", "linear.bias"});
  has(scn::shapenet_fully_convolutional(device), {"sparseModel.2.2.1.2.0.1.weight", "sparseModel.3.running_var"});
  has(scn::scannet_unet(device, {.residual = true}), {"sparseModel.2.0.1.0.weight", "sparseModel.2.2.1.1.weight"});
  has(scn::nyu_fully_convolutional(device),
      {"sparseModel.2.0.1.weight", "sparseModel.2.1.0.1.weight", "sparseModel.2.1.1.2.1.0.1.weight"});
}

TEST_CASE("The networks for segmentation take the extents of the reference's examples") {
  Double device;
  CHECK(scn::shapenet_unet(device).input_size(Point<3>(192)) == Point<3>(192));
  CHECK(scn::shapenet_fully_convolutional(device).input_size(Point<3>(207)) == Point<3>(207));
  CHECK(scn::scannet_unet(device).input_size(Point<3>(4096)) == Point<3>(4096));
  CHECK(scn::nyu_fully_convolutional(device).input_size(Point<3>(65536)) == Point<3>(65536));
}

/// The points, classes and gradients of a network on a batch with an empty sample, so wide that the coarsest of nine
/// levels has several sites, and on no points.
void check_passes(const Net& net, Double& device, std::int64_t channels, std::int64_t classes) {
  const auto input =
      layer_cases::batch(1, 3, static_cast<std::size_t>(channels), {.count = 100, .low = 0, .high = 2000});
  const auto x = layer_cases::tensor<3>(device, input, channels, {}, 4);
  const auto y = layer_cases::pass(net, x);
  CHECK((y.rows().bound == 100 && y.channels() == classes));
  CHECK(layer_cases::joint_gradient_difference(net, x) == "");
  CHECK(layer_cases::pass(net, layer_cases::tensor<3>(device, {}, channels)).rows().bound == 0);
}

TEST_CASE("The networks for segmentation classify points, with the gradients of finite differences") {
  Double device{.seed = 3};
  check_passes(scn::shapenet_unet(device), device, 1, 50);
  check_passes(scn::shapenet_fully_convolutional(device), device, 1, 50);
  check_passes(scn::scannet_unet(device, {.residual = true}), device, 3, 20);
  check_passes(scn::nyu_fully_convolutional(device), device, 4, 40);
}

TEST_CASE("The networks for segmentation refuse to have no classes") {
  Double device;
  CHECK(thrown_message<scn::InvalidArgument>([&] { scn::nyu_fully_convolutional(device, 0); }) ==
        "nyu_fully_convolutional: there has to be at least one class, got 0");
  CHECK(thrown_message<scn::InvalidArgument>([&] { scn::shapenet_unet(device, 0); }) ==
        "NetworkInNetwork: channels must be at least 1, got 32 and 0");
}

}  // namespace
