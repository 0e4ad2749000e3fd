// Tests of points that are filled anew, against an input layer that is given the points alone.
#include "scn/tensor/point_buffer.hpp"

#include <vector>

#include "catch.hpp"
#include "scn/cpu/cpu.hpp"
#include "scn/layers/input_layer.hpp"
#include "scn/layers/output_layer.hpp"
#include "support/thrown_message.hpp"

namespace {

using namespace scn;

const std::vector<Site<2>> three{{0, {4, 1}}, {1, {-3, 0}}, {0, {4, 1}}};
const std::vector<double> of_three{1, 2, 3, 4, 5, 6};

TEST_CASE("A buffer gives the tensor of the points that were set last, however many there were before", "[tensor]") {
  Cpu device;
  const InputLayer<2> input{device};
  const OutputLayer<2> output{device};
  PointBuffer<2> points(device, 5, 2);
  CHECK(input(points).rows().bound == 0);
  points.set(std::vector<Site<2>>{{0, {9, 9}}, {0, {8, 8}}, {0, {7, 7}}, {2, {6, 6}}}, std::vector<float>(8, 9.0f));
  CHECK(input(points).rows().bound == 4);
  points.set(three, of_three);
  const auto x = input(points), expected = input(three, of_three);
  CHECK(x.sites->to_host(device) == expected.sites->to_host(device));
  CHECK(x.samples() == 2);
  CHECK(x.features.value().to_host() == expected.features.value().to_host());
  CHECK(output(x).value().to_host() == output(expected).value().to_host());
}

TEST_CASE("A buffer keeps its points where more are set than there is room for", "[tensor]") {
  Cpu device;
  PointBuffer<2> points(device, 3, 2);
  points.set(three, of_three);
  const std::vector<Site<2>> four(4);
  CHECK(thrown_message<LimitExceeded>([&] { points.set(four, std::vector<float>(8)); }) ==
        "PointBuffer<2>: there is room for 3 points, got 4");
  CHECK(InputLayer<2>{device}(points).samples() == 2);
}

TEST_CASE("A buffer refuses features that do not fit the points, and a size that is none", "[tensor]") {
  Cpu device;
  PointBuffer<2> points(device, 3, 2);
  CHECK(thrown_message<InvalidArgument>([&] { points.set(three, std::vector<float>(5)); }) ==
        "PointBuffer<2>: 5 features do not fit 3 points of 2 channels");
  CHECK(thrown_message<InvalidArgument>([&] { PointBuffer<2>(device, -1, 2); }) ==
        "PointBuffer<2>: -1 points of 2 channels are no input");
  CHECK(thrown_message<InvalidArgument>([&] { PointBuffer<2>(device, 3, 0); }) ==
        "PointBuffer<2>: 3 points of 0 channels are no input");
}

}  // namespace
