// Tests of batches put one behind the other.
#include "scn/layers/append_tensors.hpp"

#include "catch.hpp"
#include "scn/layers/output_layer.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::append_tensors;
using scn::Point;

template <int D>
using Tensors = scn::Tensors<D, Double>;

/// The parts with their samples moved behind those of the parts before.
oracle::Features stacked(const std::vector<oracle::Features>& parts, const std::vector<std::int32_t>& samples) {
  oracle::Features result;
  std::int32_t shift = 0;
  for (std::size_t i = 0; i < parts.size(); shift += samples[i++])
    for (const auto& [site, row] : parts[i]) result[{site.sample + shift, site.at}] = row;
  return result;
}

TEST_CASE("append_tensors puts samples behind each other and sends each part its gradient, in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    const std::vector<oracle::Features> parts{layer_cases::batch(1, D, 3), {}, layer_cases::batch(2, D, 3)};
    const std::vector<std::int32_t> samples{5, 2, 3};  // more than have sites
    Tensors<D> tensors;
    for (std::size_t i = 0; i < parts.size(); ++i)
      tensors.push_back(layer_cases::tensor<D>(device, parts[i], 3, {}, samples[i]));
    scn::Tape tape;
    const auto y = append_tensors(tensors, &tape);
    tape.backward(y.features, layer_cases::output_gradient(y.features));
    CHECK(layer_cases::features(y) == stacked(parts, samples));
    CHECK((y.samples() == 10 && !y.extent()));
    std::vector<oracle::Features> gradients;
    for (const auto& tensor : tensors) gradients.push_back(layer_cases::gradient(tensor));
    CHECK(stacked(gradients, samples) == layer_cases::gradient(y));
  });
}

TEST_CASE("append_tensors has the gradient of finite differences, for a tensor that is there twice too") {
  Double device;
  const auto other = layer_cases::tensor<2>(device, layer_cases::batch(2, 2, 2), 2);
  const auto layer = [&](const scn::SparseTensor<2, Double>& x, scn::Tape* tape) {
    return append_tensors(Tensors<2>{x, other, x}, tape);
  };
  CHECK(layer_cases::gradient_difference(layer, layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 2), 2)) == "");
}

TEST_CASE("append_tensors keeps the extent, and takes tensors without rows of any number of channels") {
  Double device;
  const auto empty = layer_cases::tensor<1>(device, {}, 0, Point<1>(9), 2);
  const auto x = layer_cases::tensor<1>(device, {{{1, {4}}, {1, 2}}}, 2, Point<1>(9));
  const auto y = append_tensors(Tensors<1>{empty, x, empty});
  CHECK(layer_cases::features(y) == oracle::Features{{{3, {4}}, {1, 2}}});
  CHECK((y.extent() == Point<1>(9) && y.samples() == 6));
  const auto nothing = append_tensors(Tensors<1>{empty, empty});
  CHECK((nothing.rows().bound == 0 && nothing.samples() == 4));
}

TEST_CASE("append_tensors gives a part no gradient that needs none") {
  Double device;
  const auto frozen = layer_cases::tensor<1>(device, {{{0, {0}}, {1}}}, 1);
  frozen.features.set_needs_gradient(false);
  const auto other = layer_cases::tensor<1>(device, {{{0, {0}}, {1}}}, 1);
  scn::Tape tape;
  append_tensors(Tensors<1>{frozen, frozen}, &tape);
  CHECK(tape.size() == 0);
  const auto y = append_tensors(Tensors<1>{frozen, other}, &tape);
  tape.backward(y.features, layer_cases::output_gradient(y.features));
  CHECK_FALSE(frozen.features.has_gradient());
  CHECK(other.features.has_gradient());
}

TEST_CASE("OutputLayer refuses what append_tensors has begun") {
  Double device;
  const auto x = append_tensors(Tensors<1>{layer_cases::tensor<1>(device, {{{0, {0}}, {1}}}, 1)});
  CHECK_THROWS_AS((scn::OutputLayer<1, Double>(device)(x)), scn::InvalidArgument);
}

TEST_CASE("append_tensors refuses no tensors, and tensors of different extents or channels") {
  Double device;
  const oracle::Features one{{{0, {0}}, {1}}}, two{{{0, {0}}, {1, 2}}};
  const auto message_of = [](const Tensors<1>& tensors) {
    return thrown_message<scn::InvalidArgument>([&] { append_tensors(tensors); });
  };
  const auto empty = layer_cases::tensor<1>(device, {}, 7);
  const auto x = layer_cases::tensor<1>(device, one, 1), y = layer_cases::tensor<1>(device, two, 2);
  CHECK(message_of({}) == "append_tensors: there is no tensor to work on");
  CHECK(message_of({x, layer_cases::tensor<1>(device, one, 1, Point<1>(9))}) ==
        "append_tensors: the extent of tensor 1 is (9), that of tensor 0 none");
  CHECK(message_of({empty, x, y}) == "append_tensors: tensor 2 has 2 channels, tensor 1 has 1");
  CHECK(message_of({empty, x, x}) == "no exception");
}

TEST_CASE("append_tensors refuses more samples than int32 can number") {
  Double device;
  const auto x = layer_cases::tensor<1>(device, {}, 1, {}, std::int64_t{1} << 30);
  CHECK(thrown_message<scn::LimitExceeded>([&] {
          append_tensors(Tensors<1>{x, x});
        }) == "append_tensors: a batch holds at most 2147483647 samples, got 2147483648");
}

}  // namespace
