// Tests of features on active sites.
#include "scn/tensor/sparse_tensor.hpp"

#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "catch.hpp"
#include "scn/cpu/sites.hpp"
#include "support/library.hpp"

namespace {

using namespace scn;

SparseTensor<2> make_tensor(Cpu& device, std::int64_t channels) {
  const auto rulebook = std::make_shared<Rulebook<2>>(
      device, library::make_input<2>(device, {{0, {1, 2}}, {2, {3, 4}}, {0, {1, 2}}}, Point<2>{5, 6}, 4));
  const auto sites = rulebook->input().sites;
  return {Variable<Cpu>(Matrix<Cpu>::zeros(device, sites->count(), channels)), sites, rulebook};
}

TEST_CASE("A sparse tensor answers for its features, its sites and its device", "[tensor]") {
  Cpu device;
  const SparseTensor<2> tensor = make_tensor(device, 3);
  CHECK(&tensor.device() == &device);
  CHECK(tensor.rows().bound == 2);
  CHECK(tensor.channels() == 3);
  CHECK(tensor.samples() == 4);
  CHECK(tensor.extent() == Point<2>{5, 6});
}

TEST_CASE("Other features go onto the same sites and rulebook", "[tensor]") {
  Cpu device;
  const SparseTensor<2> tensor = make_tensor(device, 3);
  const Variable<Cpu> features(Matrix<Cpu>::zeros(device, 2, 7));
  const SparseTensor<2> other = tensor.with(features);
  CHECK(other.channels() == 7);
  CHECK(other.features.same(features));
  CHECK(other.sites == tensor.sites);
  CHECK(other.rulebook == tensor.rulebook);
  CHECK(tensor.channels() == 3);
}

TEST_CASE("A copy of a sparse tensor shares its features", "[tensor]") {
  Cpu device;
  const SparseTensor<2> tensor = make_tensor(device, 1), copy = tensor;
  CHECK(copy.features.same(tensor.features));
  copy.features.value().view()(0, 0) = 5;
  CHECK(tensor.features.value().to_host() == std::vector<float>{5, 0});
}

TEST_CASE("A sparse tensor lists the sites of its rows on the host", "[tensor]") {
  Cpu device;
  CHECK(make_tensor(device, 1).get_spatial_locations() == std::vector<Site<2>>{{0, {1, 2}}, {2, {3, 4}}});
  CHECK(make_tensor(device, 1).batch_size() == 4);
}

TEST_CASE("Defect 21, mended: a detached tensor has the features, on the same sites, without their gradient",
          "[tensor][quirk 21]") {
  Cpu device;
  const SparseTensor<2> tensor = make_tensor(device, 1);
  tensor.features.set_needs_gradient(true);
  tensor.features.value().view()(1, 0) = 3;
  const SparseTensor<2> detached = tensor.detach();
  CHECK(detached.features.value().to_host() == std::vector<float>{0, 3});
  CHECK_FALSE(detached.features.needs_gradient());
  CHECK(tensor.features.needs_gradient());
  CHECK((detached.sites == tensor.sites && detached.rulebook == tensor.rulebook));
  detached.features.value().view()(1, 0) = 5;
  CHECK(tensor.features.value().to_host() == std::vector<float>{0, 3});
}

TEST_CASE("The processor in single precision is the default device of a tensor", "[tensor]") {
  STATIC_REQUIRE(std::is_same_v<SparseTensor<3>, SparseTensor<3, CpuDevice<float>>>);
  STATIC_REQUIRE(std::is_same_v<Tensors<3>, Tensors<3, CpuDevice<float>>>);
}

TEST_CASE("A list of tensors keeps their order, in the pool of their device", "[tensor]") {
  Cpu device;
  const SparseTensor<2> a = make_tensor(device, 1), b = make_tensor(device, 2);
  const std::size_t before = device.pool->used_bytes();
  Tensors<2> list{a, b};
  CHECK(device.pool->used_bytes() >= before + 2 * sizeof(SparseTensor<2>));
  list.push_back(a);
  REQUIRE(list.size() == 3);
  CHECK((list.front().features.same(a.features) && list[1].features.same(b.features)));
  std::vector<std::int64_t> channels;
  for (const auto& tensor : list) channels.push_back(tensor.channels());
  CHECK(channels == std::vector<std::int64_t>{1, 2, 1});
  Tensors<2> grown;
  CHECK((grown.empty() && Tensors<2>{}.empty()));
  grown.push_back(b);
  CHECK((grown.size() == 1 && grown.front().features.same(b.features)));
}

}  // namespace
