// Points of space do not enter a network of the plane.
// expected: Site<3>
#include <scn/scn.hpp>
#include <vector>

auto tensor(scn::InputLayer<2>& input, const std::vector<scn::Site<3>>& sites, const std::vector<float>& features) {
  return input(sites, features);
}
