// Tests that activations of narrow features are computed in float.
#include <cmath>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "catch.hpp"
#include "scn/cuda/cuda.cuh"

namespace activation_test {

using namespace scn;

/// Whether an activation of T and its way back are those of floats, rounded: some slopes follow from a rounded y.
template <class T, class Layer>
bool is_rounded(const Layer& layer) {
  constexpr float unit = std::is_same_v<T, __half> ? 0x1p-10f : 0x1p-7f;
  using Dev = CudaDevice<T>;
  Dev device;
  Cuda wide;
  std::vector<float> values;
  for (int i = -40; i <= 40; ++i) values.push_back(0.125f * static_cast<float>(i));
  const auto count = std::ssize(values);
  const auto run = [&](auto& on) {
    using On = std::remove_cvref_t<decltype(on)>;
    const Variable<On> x(Matrix<On>::from_host(on, count, 1, std::span<const float>(values)), true);
    Tape tape;
    const auto y = layer(x, &tape);
    tape.backward(y, Matrix<On>::from_host(on, count, 1, std::span<const float>(values)));
    std::vector<float> results;
    for (const auto& list : {y.value().to_host(), x.gradient().to_host()})
      for (const auto value : list) results.push_back(static_cast<float>(static_cast<T>(static_cast<float>(value))));
    return results;
  };
  const std::vector<float> narrow = run(device), rounded = run(wide);
  for (std::size_t i = 0; i < narrow.size(); ++i)
    if (!(std::abs(narrow[i] - rounded[i]) <= unit * (std::abs(rounded[i]) + 8))) return false;
  return narrow.size() == rounded.size();
}

TEST_CASE("Activations of halves and bfloat16 on the GPU are those of floats, rounded", "[cuda][small]") {
  CHECK(is_rounded<__half>(Sigmoid{}));
  CHECK(is_rounded<__half>(Tanh{}));
  CHECK(is_rounded<__half>(ELU{}));
  CHECK(is_rounded<__half>(GELU{}));
  CHECK(is_rounded<__half>(SiLU{}));
  CHECK(is_rounded<__half>(Softplus{}));
  CHECK(is_rounded<__half>(ReLU{}));
  CHECK(is_rounded<__nv_bfloat16>(Sigmoid{}));
  CHECK(is_rounded<__nv_bfloat16>(GELU{}));
}

}  // namespace activation_test
