// Eleven dimensions are not supported.
// expected: is_dimension<
#include <scn/scn.hpp>

int main() {
  scn::Cpu device;
  scn::SubmanifoldConvolution<11> layer{device, 1, 1, 1};
}
