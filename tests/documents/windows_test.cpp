// The windows that docs/layers.md shows: which taps they have, where their outputs are, and what a map onto given sites
// leaves out.
#include <algorithm>
#include <vector>

#include "catch.hpp"
#include "scn/scn.hpp"

namespace {

using namespace scn;

/// Places of the taps relative to an output, in the order of the weights.
template <int D>
std::vector<Point<D>> offsets(const Window<D>& window) {
  std::vector<Point<D>> all;
  for (std::int64_t tap = 0; tap < window.volume(); ++tap) {
    Point<D> offset;
    for (int axis = 0; axis < D; ++axis)
      offset[axis] = static_cast<std::int32_t>(window.input(axis, 0, window.position(tap)[axis]));
    all.push_back(offset);
  }
  return all;
}

TEST_CASE("The kernels of the documents have the taps that stand beside them") {
  Cpu device;
  const std::vector<Point<3>> pillar{{0, 0, -2}, {0, 0, 0}, {0, 0, 2}};
  const SubmanifoldConvolution<3> box{device, 16, 32, 3};                        // 27 taps
  const SubmanifoldConvolution<3> flat{device, 16, 32, {3, 3, 1}};               // 9, in the plane of axes 0 and 1
  const SubmanifoldConvolution<3> cross{device, 16, 32, Cross<3>{3}};            // 7, along the axes
  const SubmanifoldConvolution<3> ball{device, 16, 32, Ball<3>{1.5}};            // 19, within 1.5 of the centre
  const SubmanifoldConvolution<3> listed{device, 16, 32, Taps<3>{pillar}};       // 3, as listed
  const SubmanifoldConvolution<3> depthwise{device, 16, 16, 3, {.groups = 16}};  // a kernel for each channel
  const SubmanifoldConvolution<3> dilated{device, 16, 32, submanifold_window<3>(Cross<3>{3}, 2)};  // 7, at -2, 0 and 2
  const SubmanifoldConvolution<3> coarser{device, 16, 32, submanifold_window<3>(3, 1, 2)};   // 27, onto floor(i / 2)
  const Convolution<3> padded{device, 16, 32, Window<3>{.size = 3, .stride = 2, .pad = 1}};  // 27, at -1, 0 and 1

  CHECK(box.window().volume() == 27);
  CHECK((flat.window().volume() == 9 && flat.window().size == Point<3>{3, 3, 1}));
  CHECK(cross.window().volume() == 7);
  CHECK(ball.window().volume() == 19);
  CHECK(offsets(listed.window()) == pillar);
  CHECK(offsets(dilated.window()) ==
        std::vector<Point<3>>{{-2, 0, 0}, {0, -2, 0}, {0, 0, -2}, 0, {0, 0, 2}, {0, 2, 0}, {2, 0, 0}});
  CHECK(offsets(padded.window()).front() == Point<3>(-1));
  CHECK(offsets(padded.window()).back() == Point<3>(1));
  std::vector<Parameter<Cpu>> parameters;
  depthwise.parameters("", parameters);
  CHECK(parameters[0].shape == std::vector<std::int64_t>{27, 16, 1, 1});
  CHECK((box.input_size(5) == Point<3>(5) && coarser.input_size(5) == Point<3>(10)));
  CHECK(padded.input_size(5) == Point<3>(9));
}

TEST_CASE("Windows without padding and dilation leave out what they do not cover, as the documents say") {
  Cpu device;
  const InputLayer<1> input{device, 8};
  const auto x = input(std::vector<Site<1>>{{0, 1}, {0, 7}}, std::vector<float>{1, 1});
  const auto y = Convolution<1>{device, 1, 1, 3, 2}(x);  // windows 0-2, 2-4 and 4-6
  CHECK(y.extent() == Point<1>(3));
  CHECK(y.get_spatial_locations() == std::vector<Site<1>>{{0, 0}});
}

TEST_CASE("A submanifold convolution with a stride has an output for each floor(in / stride), and a way back") {
  Cpu device;
  const Window<1> window = submanifold_window<1>(3, 1, 2);
  const auto x = InputLayer<1>{device}(std::vector<Site<1>>{{0, -1}, {0, 2}, {0, 3}}, std::vector<float>{1, 1, 1});
  const auto y = SubmanifoldConvolution<1>{device, 1, 1, window}(x);
  CHECK(y.get_spatial_locations() == std::vector<Site<1>>{{0, -1}, {0, 1}});
  CHECK(Deconvolution<1>{device, 1, 1, window}(y).sites == x.sites);
}

TEST_CASE("A convolution onto the sites of another can be added to it") {
  Cpu device;
  const InputLayer<2> input{device};
  const std::vector<Site<2>> sites{{0, {0, 0}}, {0, {0, 5}}, {0, {7, 4}}};
  const auto x = input(sites, std::vector<float>(sites.size(), 1.0f));

  const Convolution<2> narrow{device, 1, 8, 2, 2}, wide{device, 1, 8, 5, 2};
  const auto y = narrow(x);
  const auto sum = AddTable<2>{}({y, wide(x, y.sites)});  // wide(x) alone would have more sites than y

  CHECK(sum.sites == y.sites);
  CHECK(wide(x).rows().bound > y.rows().bound);
}

TEST_CASE("Outputs that no tap reaches get the bias alone") {
  Cpu device;
  const auto x = InputLayer<1>{device}(std::vector<Site<1>>{{0, 1}}, std::vector<float>{1});
  const auto far = InputLayer<1>{device}(std::vector<Site<1>>{{0, 0}, {0, 9}}, std::vector<float>{1, 1});
  const Convolution<1> layer{device, 1, 1, 2, 2};
  std::vector<Parameter<Cpu>> parameters;
  layer.parameters("", parameters);
  const std::vector<float> bias{5};
  parameters[1].variable.value() = Matrix<Cpu>::from_host(device, 1, 1, std::span<const float>(bias));
  const std::vector<float> y = layer(x, far.sites).features.value().to_host();
  CHECK(y[0] != 5);
  CHECK(y[1] == 5);
}

}  // namespace
