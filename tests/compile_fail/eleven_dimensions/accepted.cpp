// Ten dimensions are supported.
#include <scn/scn.hpp>

int main() {
  scn::Cpu device;
  scn::SubmanifoldConvolution<10> layer{device, 1, 1, 1};
}
