// Tests of the random convolutions: they cover what they should, mean what their shapes say, and have the oracle's
// numbers.
#include "convolution_case.hpp"

#include <initializer_list>
#include <map>

#include "check.hpp"
#include "support/comparison.hpp"

namespace {

using properties::Axes;
using properties::ConvolutionCase;
using properties::Kind;
using properties::Random;
using properties::Shape;

TEST_CASE("Two hundred cases that prove something have every kind, shape and dimension", "[properties]") {
  std::map<Kind, int> kinds;
  std::map<Shape, int> shapes;
  std::map<std::size_t, int> dimensions;
  int strided = 0, dilated = 0, grouped = 0, negative = 0;
  properties::check(11, {}, [&](const ConvolutionCase& drawn, Random&) {
    const auto& relation = drawn.relation;
    ++kinds[relation.kind];
    ++shapes[relation.shape];
    ++dimensions[relation.dimension()];
    strided += relation.strided();
    dilated += relation.window.dilation != Axes(relation.dimension(), 1);
    grouped += drawn.layer.groups > 1;
    negative += drawn.points[0].at[0] < 0;
    return std::string();
  });
  for (const Kind kind : {Kind::submanifold, Kind::convolution, Kind::deconvolution, Kind::full})
    CHECK(kinds[kind] > 20);
  for (const Shape shape : {Shape::box, Shape::cross, Shape::ball, Shape::list}) CHECK(shapes[shape] > 20);
  for (const std::size_t dimension : std::initializer_list<std::size_t>{1, 2, 3, 4}) CHECK(dimensions[dimension] > 15);
  for (const std::size_t dimension : std::initializer_list<std::size_t>{7, 10}) CHECK(dimensions[dimension] > 5);
  CHECK((strided > 60 && dilated > 30 && grouped > 60 && negative > 40));
}

TEST_CASE("The described taps are those that Cube, Cross, Ball and a list make", "[properties]") {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Random random(seed);
    const properties::ConvolutionSettings settings;
    const Kind kind = properties::one_of(random, settings.kinds);
    const auto relation = properties::random_taps(random, kind, properties::one_of(random, settings.dimensions));
    INFO(properties::text(relation));
    CHECK(properties::window_difference(relation) == "");
  }
}

TEST_CASE("Convolutions of random windows and their gradients are the oracle's", "[COR-09][GRD-02]") {
  properties::check(12, {}, [](const ConvolutionCase& drawn, Random& random) {
    const auto outputs = properties::output_sites(drawn);
    const auto pairs = properties::pairs_of(drawn);
    const auto dy = properties::random_features(random, outputs, drawn.layer.out);
    const auto pass = properties::run<float>(drawn, dy);
    const auto expected = oracle::convolve_backward(drawn.layer, drawn.x, pairs, dy);
    return oracle::difference(oracle::convolve(drawn.layer, drawn.x, outputs, pairs), pass.y) +
           oracle::difference(expected.dx, pass.dx) + oracle::difference(expected.dweight, pass.dweight);
  });
}

}  // namespace
