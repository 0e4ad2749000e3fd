// Points of the plane enter a network of the plane.
#include <scn/scn.hpp>
#include <vector>

auto tensor(scn::InputLayer<2>& input, const std::vector<scn::Site<2>>& sites, const std::vector<float>& features) {
  return input(sites, features);
}
