// The pools that docs/layers.md shows: over the window as SparseConvNet, over active sites, and over samples.
#include <vector>

#include "catch.hpp"
#include "scn/scn.hpp"

namespace {

using namespace scn;
using Numbers = std::vector<float>;

TEST_CASE("Pools over the window count sites that are not active as 0, pools over active sites leave them out") {
  Cpu device;
  const InputLayer<1> input{device};
  const auto x = input(std::vector<Site<1>>{{0, 0}, {0, 1}, {0, 2}}, Numbers{-1, -2, 3});
  const auto values = [](const SparseTensor<1>& y) { return y.features.value().to_host(); };

  const MaxPooling<1> max{device, 2, 2}, true_max{device, 2, 2, {.over = Over::active}};
  const AveragePooling<1> mean{device, 2, 2}, true_mean{device, 2, 2, {.over = Over::active}};
  CHECK(values(max(x)) == Numbers{0, 3});  // max(0, -1, -2), max(0, 3)
  CHECK(values(true_max(x)) == Numbers{-1, 3});
  CHECK(values(mean(x)) == Numbers{-1.5, 1.5});  // (-1 - 2) / 2, 3 / 2
  CHECK(values(true_mean(x)) == Numbers{-1.5, 3});
  CHECK(values(UnPooling<1>{device, 2, 2}(max(x))) == Numbers{0, 0, 3});
}

TEST_CASE("UnPooling adds overlapping parents, or takes their mean") {
  Cpu device;
  const InputLayer<1> input{device};
  const auto x = input(std::vector<Site<1>>{{0, 0}, {0, 1}, {0, 2}}, Numbers{1, 1, 1});
  const auto coarse = MaxPooling<1>{device, 3, 2}(x);  // windows -2 to 0, 0 to 2 and 2 to 4
  CHECK(UnPooling<1>{device, 3, 2}(coarse).features.value().to_host() == Numbers{2, 1, 2});
  CHECK(UnPooling<1>{device, 3, 2, {.over = Over::active}}(coarse).features.value().to_host() == Numbers{1, 1, 1});
}

TEST_CASE("A network for whole samples ends in a pool over each sample and a linear layer") {
  Cpu device;
  const InputLayer<2> input{device};
  const std::vector<Site<2>> sites{{0, {0, 0}}, {0, {0, 1}}, {2, {5, 5}}};
  const Numbers features{1, 2, 3};

  const Sequential net{SubmanifoldConvolution<2>{device, 1, 8, 3}, BatchNormReLU{device, 8},
                       Convolution<2>{device, 8, 16, 2, 2}, GlobalPooling{Reduction::max},
                       NetworkInNetwork{device, 16, 10}};
  const auto scores = net(input(sites, features));  // samples x 10

  CHECK((scores.rows().bound == 3 && scores.channels() == 10));
  const auto rows = scores.value().to_host();
  CHECK(std::vector<float>(rows.begin() + 10, rows.begin() + 20) == Numbers(10, 0));  // no sites: the bias
}

}  // namespace
