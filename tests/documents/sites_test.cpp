// Tensors on other sites, as docs/layers.md shows them: dropped sites and the points they belonged to, unions, crops.
#include <vector>

#include "catch.hpp"
#include "scn/scn.hpp"

namespace {

using namespace scn;
using Numbers = std::vector<float>;

TEST_CASE("A network may drop sites and still gives a row for each point, zeros where its site was dropped") {
  Cpu device;
  const std::vector<Site<2>> sites{{0, {0, 0}}, {0, {3, 1}}, {0, {2, 2}}, {0, {0, 0}}};
  const Numbers features{1, 0.5f, -2, -1, 3, 0.25f, -4, 1};

  const InputLayer<2> input{device};
  const Sparsify<2> sparsify{device, 2};
  Tape tape;
  const auto x = input(sites, features);               // 3 sites of 4 points
  const auto kept = sparsify(x, &tape);                // those with x w + b above 0
  const auto y = OutputLayer<2>{device}(kept, &tape);  // 4 rows
  const auto loss = mean_squared_error(y, Numbers(8), &tape);
  const auto aside = mean_squared_error(kept.mask, Numbers{0, 0, 1}, &tape);  // teaches w and b; a number a site of x
  tape.backward({loss, aside});

  CHECK((kept.mask.rows().bound == 3 && y.rows().bound == 4 && kept.rows().bound < 3));
  const Numbers mask = kept.mask.value().to_host(), rows = y.value().to_host();
  const auto all = x.get_spatial_locations();
  for (std::size_t site = 0; site < all.size(); ++site)
    for (std::size_t point = 0; point < sites.size(); ++point)
      if (sites[point] == all[site]) CHECK((rows[2 * point + 1] == 0) == !(mask[site] > 0));
  std::vector<Parameter<Cpu>> parameters;
  sparsify.parameters("", parameters);
  CHECK((parameters[0].name == "net.weight" && parameters[0].variable.has_gradient()));
}

TEST_CASE("Tensors of different inputs are added on the union of their sites, or joined on those that both have") {
  Cpu device;
  const InputLayer<1> input{device, 10};
  const auto a = input(std::vector<Site<1>>{{0, 1}, {0, 2}}, Numbers{10, 20});
  const auto b = input(std::vector<Site<1>>{{0, 2}, {0, 7}}, Numbers{3, 4});

  const auto sum = AddTable<1>{}(unite<1, Cpu>({a, b}));        // sites 1, 2, 7: 10, 23, 4
  const auto both = JoinTable<1>{}(intersect<1, Cpu>({a, b}));  // site 2: (20, 3)
  const auto over = copy_features(b, a);                        // the sites of a: 10, 3
  const auto apart = compare_sparse(a, b);                      // (10^2 + 17^2 + 4^2) / 3
  const auto batch = append_tensors<1, Cpu>({a, b});            // samples 0 and 1

  CHECK(sum.features.value().to_host() == Numbers{10, 23, 4});
  CHECK(both.features.value().to_host() == Numbers{20, 3});
  CHECK(over.features.value().to_host() == Numbers{10, 3});
  CHECK(apart.value().to_host() == Numbers{135});
  CHECK((batch.samples() == 2 && batch.features.value().to_host() == Numbers{10, 20, 3, 4}));
}

TEST_CASE("A crop and a mask keep rows in their order, with the way back to the points") {
  Cpu device;
  const InputLayer<1> input{device, 10};
  const auto x = input(std::vector<Site<1>>{{0, 8}, {0, 1}, {0, 4}}, Numbers{8, 1, 4});
  const std::vector<std::uint8_t> keep{1, 0, 1};
  CHECK(crop(x, 2, 9).features.value().to_host() == Numbers{4, 8});
  CHECK(prune(x, keep).features.value().to_host() == Numbers{1, 8});
  CHECK(OutputLayer<1>{device}(crop(x, 2, 9)).value().to_host() == Numbers{8, 0, 4});
}

}  // namespace
