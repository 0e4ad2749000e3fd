// The training loop that the documents show runs as shown, on a small generated data set.
#include "documents/training_loop.hpp"

#include <string>
#include <vector>

#include "catch.hpp"
#include "support/temporary_folder.hpp"

namespace {

struct Batch {
  std::vector<scn::Site<3>> sites;
  std::vector<float> features;  // 4 a point
  std::vector<std::int32_t> labels;
};

/// Two pictures of a floor (0) with a box (1) on it: where a point belongs shows in its neighbours alone.
struct Boxes {
  scn::Point<3> extent() const { return 12; }
  int classes() const { return 2; }

  Batch picture(int number) const {
    Batch batch;
    const auto add = [&](int x, int y, int z, int label) {
      batch.sites.push_back({0, {x, y, z}});
      batch.features.insert(batch.features.end(), {1.0f, 0.0f, 0.0f, 0.0f});
      batch.labels.push_back(label);
    };
    const int corner = 3 + 3 * number;
    for (int x = 0; x < 12; ++x)
      for (int y = 0; y < 12; ++y) {
        const bool inside = x >= corner && x < corner + 4 && y >= corner && y < corner + 4;
        if (!inside) add(x, y, 0, 0);
        for (int z = 0; inside && z < 4; ++z) add(x, y, z, 1);
      }
    return batch;
  }

  std::vector<Batch> shuffled(int epoch) const { return {picture(epoch % 2), picture(1 - epoch % 2)}; }
};

/// Share of the points of a picture to which the network in `file` gives their class.
double accuracy(const std::string& file, const Batch& batch) {
  using namespace scn;
  Cpu device{.threads = 1};
  const auto net = segmenter(device, Boxes{}.classes());
  load(net.parameters(), file);
  const InputLayer<3> input{device, Boxes{}.extent()};
  const std::vector<std::int32_t> found = predictions(net(input(batch.sites, batch.features)));
  REQUIRE(found.size() == batch.labels.size());
  Confusion confusion{Boxes{}.classes()};
  confusion.add(found, batch.labels);
  return confusion.accuracy();
}

}  // namespace

TEST_CASE("the training loop of the documents learns its data and saves what it learnt") {
  const TemporaryFolder folder;
  const std::string file = folder / "unet.safetensors";
  scn::Cpu device{.threads = 1, .seed = 1};
  train(device, Boxes{}, file);
  CHECK(accuracy(file, Boxes{}.picture(0)) > 0.95);
  CHECK(accuracy(file, Boxes{}.picture(1)) > 0.95);
}

TEST_CASE("the training loop of the documents takes another device type without a change") {
  const TemporaryFolder folder;
  const std::string file = folder / "unet.safetensors";
  scn::CpuDevice<double> device{.threads = 1, .seed = 1};
  train(device, Boxes{}, file);
  CHECK(accuracy(file, Boxes{}.picture(1)) > 0.95);
}
