// The training loop that the documents show, copied there line by line.
#pragma once

#include <scn/io/io.hpp>  // needs scn::io
#include <scn/scn.hpp>

template <scn::Device Dev>
auto segmenter(Dev& device, int classes) {
  using namespace scn;
  return Sequential{SubmanifoldConvolution<3, Dev>{device, 4, 16, 3},
                    UNet<3, Dev>{device, {.channels = {16, 32, 48}, .repetitions = 1}}, BatchNormReLU{device, 16},
                    NetworkInNetwork{device, 16, classes}, OutputLayer<3, Dev>{device}};
}

template <scn::Device Dev, class Dataset>
void train(Dev& device, const Dataset& data, const std::string& file) {
  using namespace scn;
  InputLayer<3, Dev> input{device, data.extent()};
  const auto net = segmenter(device, data.classes());
  Adam optimizer{net.parameters(), {.rate = 1e-3}};
  for (int epoch = 0; epoch < 16; ++epoch)
    for (const auto& batch : data.shuffled(epoch)) {
      Tape tape;
      const auto y = net(input(batch.sites, batch.features), &tape);  // points x classes, in the caller's order
      const auto loss = cross_entropy(y, batch.labels, &tape);
      tape.backward(loss);
      optimizer.step();  // uses the gradients and clears them
    }
  save(net.parameters(), file);
}
