// Packs a picture of a brain over time, four dimensions, into few sites and unpacks it: a sparse autoencoder.
#include <algorithm>
#include <cstdio>
#include <string>

#include "scn/scn.hpp"
#include "support/arguments.hpp"
#include "support/autoencoder.hpp"
#include "support/brain.hpp"
#include "support/draw.hpp"
#include "support/progress.hpp"
#include "support/slices.hpp"

int main(int argc, char** argv) try {
  using namespace scn;
  std::uint64_t seed = 1;
  int steps = 400, threads = 0;
  double rate = 8e-3;
  std::string data = SCN_SOURCE_DIR "/data/fmri4d/example4d.nii.gz", output = "fmri.png";
  support::Arguments arguments("Trains a sparse autoencoder on one half of a brain and rebuilds the other.");
  arguments.add("--seed", seed, "of the weights and of everything random in training");
  arguments.add("--steps", steps, "of training");
  arguments.add("--rate", rate, "highest learning rate");
  arguments.add("--threads", threads, "0: all processors");
  arguments.add("--data", data, "NIfTI file");
  arguments.add("--output", output, "PNG file to write");
  arguments.parse_or_exit(argc, argv);

  const support::Volume volume = support::read_nifti(data);
  const std::int64_t width = volume.extent[0], middle = width / 2;
  Cpu device{.threads = threads, .seed = seed};
  const InputLayer<4> input{device};
  const support::Autoencoder<4> network(device, {16, 32, 32}, {{2, 2, 2, 2}, {2, 2, 2, 1}});  // there are two moments
  const auto parameters = network.parameters();
  Adam optimizer{parameters, {.rate = rate, .weight_decay = 1e-5}};
  const WarmUp<CosineSchedule> schedule{.steps = std::max(1, steps / 20), .then = {.steps = std::max(1, steps)}};
  std::printf("%lld parameters, %d steps\n", static_cast<long long>(parameters.elements()), steps);
  {
    support::Progress progress("training", steps);
    for (int step = 0; step < steps; ++step) {
      support::Draw draw{seed, (std::uint64_t{1} << 32) + std::uint64_t(step)};
      const support::BrainPose pose{.mirrored_x = draw(0, 1) < 0.5,
                                    .mirrored_y = draw(0, 1) < 0.5,
                                    .shift = {int(draw(0, 4)), int(draw(0, 4)), int(draw(0, 4)), 0}};
      const support::BrainPart part = support::brain_part(volume, 0, middle, pose);
      Tape tape;
      const auto x = input(part.sites, part.values);
      const auto [code, values, losses] = network(x, &tape);
      const auto error = compare_sparse(values, x, &tape);  // sites that only one of the two has count as errors
      tape.backward({error, losses[0], losses[1]});
      optimizer.set_rate_factor(schedule(step));
      optimizer.step();
      progress.advance("mean squared error " + std::to_string(error.value().to_host()[0]));
    }
  }

  const support::BrainPart truth = support::brain_part(volume, middle, width);
  const auto [code, values, losses] = network(input(truth.sites, truth.values));
  const support::BrainPart found{values.get_spatial_locations(), values.features.value().to_host()};
  const auto [f1, relative_error] = support::score(truth, found, volume.extent);
  support::slices(to_volume(truth, volume.extent), to_volume(found, volume.extent), middle, {3, 7, 11, 15, 19}, 0)
      .write_png(output);
  std::printf("%zu values became %lld sites of %lld, and these %zu values; wrote %s\n", truth.values.size(),
              static_cast<long long>(code.rows().bound), static_cast<long long>(code.channels()), found.values.size(),
              output.c_str());
  std::printf("F1 of the sites: %.3f relative error of the values: %.3f\n", f1, relative_error);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
