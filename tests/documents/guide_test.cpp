// The tour of docs/guide.md, block by block, on a small part of a LiDAR scan.
#include <cmath>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "catch.hpp"
#include "scn/io/io.hpp"
#include "scn/scn.hpp"
#include "support/temporary_folder.hpp"

namespace {

using namespace scn;

/// What the network sees of a scan: sites, two features each, and a class: ground or above it.
struct Cloud {
  std::vector<Site<3>> sites;
  std::vector<float> features;
  std::vector<std::int32_t> labels;
};

/// The points of a square of 24 m around the scanner, turned about the vertical.
Cloud load_cloud(const std::string& file, std::int32_t sample, double angle) {
  const PointFile scan = read_kitti(file);  // four numbers a point
  std::vector<double> numbers = scan.numbers<double>({"x", "y", "z", "intensity"});
  for (std::size_t i = 0; i < numbers.size(); i += 4) {
    const double x = numbers[i], y = numbers[i + 1];
    numbers[i] = std::cos(angle) * x - std::sin(angle) * y;
    numbers[i + 1] = std::sin(angle) * x + std::cos(angle) * y;
  }

  const PointView<double> points{numbers.data(), scan.count(), 4};  // x, y, z are the first of every four numbers
  const Grid<3> grid{.edge = 0.2, .origin = {-12, -12, -4}, .extent = Point<3>{120, 120, 60}, .sample = sample};
  const Quantized<3> kept = quantize(points, grid);

  Cloud cloud{.sites = kept.sites, .features = {}, .labels = {}};
  for (const std::int64_t point : kept.points) {
    const double* const number = &numbers[static_cast<std::size_t>(4 * point)];
    cloud.features.insert(cloud.features.end(), {1.0f, static_cast<float>(number[3] / 255)});
    cloud.labels.push_back(number[2] > 0.3 ? 1 : 0);  // metres above the ground
  }
  return cloud;
}

const std::string scan_file = SCN_SOURCE_DIR "/data/pandaset/001/00.bin";

template <Device Dev>
auto ground_network(Dev& device) {
  return Sequential{SubmanifoldConvolution<3, Dev>{device, 2, 8, 3}, UNet<3, Dev>{device, {.channels = {8, 16, 24}}},
                    BatchNormReLU{device, 8}, OutputLayer<3, Dev>{device}, NetworkInNetwork{device, 8, 2}};
}

/// What a Trainer asks for.
template <class Network>
struct GroundTask {
  const Network& network;
  InputLayer<3> input;

  std::int64_t batches() const { return 4; }
  Cloud load(std::int64_t epoch, std::int64_t index) const {
    return load_cloud(scan_file, 0, uniform(1, static_cast<std::uint64_t>(epoch), static_cast<std::uint64_t>(index)));
  }
  Variable<Cpu> loss(const Cloud& batch, Tape* tape) const {
    return cross_entropy(network(input(batch.sites, batch.features), tape), batch.labels, tape);
  }
  double score(std::int64_t) const {
    const Cloud cloud = load_cloud(scan_file, 0, 2.0);
    Confusion confusion{2};
    confusion.add(predictions(network(input(cloud.sites, cloud.features))), cloud.labels);
    return confusion.mean_iou();
  }
  std::string fault(const Cloud& batch) const { return first_not_finite(network, input(batch.sites, batch.features)); }
};

/// Rows of '.' and 'x', a site for each x: row, column.
std::vector<Site<2>> sites_of(const std::vector<std::string>& picture) {
  std::vector<Site<2>> sites;
  for (std::int32_t row = 0; row < std::ssize(picture); ++row)
    for (std::int32_t column = 0; column < std::ssize(picture[0]); ++column)
      if (picture[std::size_t(row)][std::size_t(column)] == 'x') sites.push_back({0, {row, column}});
  return sites;
}

std::vector<std::string> picture_of(const SparseTensor<2>& x, std::size_t size) {
  std::vector<std::string> picture(size, std::string(size, '.'));
  for (const auto& site : x.sites->to_host(x.device())) picture[std::size_t(site.at[0])][std::size_t(site.at[1])] = 'x';
  return picture;
}

std::string document() {
  std::ifstream file(SCN_SOURCE_DIR "/docs/guide.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("The pictures of the guide show the sites that convolutions give") {
  Cpu device;
  const std::vector<std::string> stroke{"........", ".x......", "..x.....", "...xxx..",
                                        "......x.", "......x.", "........", "........"};
  const auto sites = sites_of(stroke);
  const auto x = InputLayer<2>{device, Point<2>{8, 8}}(sites, std::vector<float>(sites.size(), 1.0f));
  const SubmanifoldConvolution<2> same{device, 1, 1, 3};
  const Convolution<2> wider{device, 1, 1, Window<2>{.size = 3, .stride = 1, .dilation = 1, .pad = 1}};
  const Convolution<2> coarser{device, 1, 1, 2, 2};

  const auto a = picture_of(same(x), 8), b = picture_of(wider(x), 8), c = picture_of(coarser(x), 4);
  CHECK(a == stroke);
  std::string drawing;
  for (std::size_t row = 0; row < 8; ++row) {
    drawing += stroke[row] + "   " + a[row] + "   " + b[row] + (row < 4 ? "   " + c[row] : "") + "\n";
  }
  INFO(drawing);
  CHECK(document().find(drawing) != std::string::npos);
}

TEST_CASE("The tour of the guide runs: from points to a network that was trained, saved and loaded") {
  const TemporaryFolder temporary;
  const std::string folder = temporary.path();

  Cpu device{.seed = 1};
  const Cloud cloud = load_cloud(scan_file, 0, 0.0);
  const InputLayer<3> input{device, {}, Duplicates::mean};
  const SparseTensor<3> x = input(cloud.sites, cloud.features);

  std::string levels = "points " + std::to_string(cloud.sites.size()) + ", sites ";
  auto sites = x.sites;
  for (int level = 0; level < 3; ++level) {
    levels += (level == 0 ? "" : " / ") + std::to_string(sites->count());
    sites = x.rulebook->strided(sites, strided_window(Point<3>{2}, Point<3>{2})).sites;
  }
  INFO(levels);
  CHECK(document().find(levels) != std::string::npos);

  const auto network = ground_network(device);
  const Variable<Cpu> scores = network(x);  // points x classes, in the order of the points
  CHECK(scores.rows().bound == std::ssize(cloud.sites));

  const Counts work = count(network, x);  // and to_string(summary(network, x)) is a table of the layers
  const std::string cost = "pairs " + std::to_string(work.pairs) + ", multiply-adds " +
                           std::to_string(work.multiply_adds) + ", parameters " +
                           std::to_string(network.parameters().elements());
  INFO(cost);
  CHECK(document().find(cost) != std::string::npos);

  Adam optimizer{network.parameters(), {.rate = 1e-2}};
  Tape tape;
  const auto loss = cross_entropy(network(x, &tape), cloud.labels, &tape);
  tape.backward(loss);  // a gradient for every parameter
  optimizer.step();     // uses the gradients and clears them

  Cloud both = load_cloud(scan_file, 0, 0.0);
  const Cloud other = load_cloud(scan_file, 1, 1.0);
  both.sites.insert(both.sites.end(), other.sites.begin(), other.sites.end());
  both.features.insert(both.features.end(), other.features.begin(), other.features.end());
  const SparseTensor<3> batch = input(both.sites, both.features);  // samples 0 and 1
  CHECK(batch.samples() == 2);

  GroundTask<decltype(network)> task{network, input};
  CheckpointFolder checkpoints(folder);
  Trainer trainer(task, network.parameters(), optimizer, device,
                  {.epochs = 3, .schedule = CosineSchedule{.steps = 12}});
  const Outcome outcome = trainer.run(checkpoints);
  CHECK((outcome == Outcome::finished && trainer.best_score().value() > 0.5));

  Confusion confusion{2};
  confusion.add(predictions(network(x)), cloud.labels);
  const double ground = confusion.iou(0).value_or(0), all = confusion.mean_iou();
  CHECK((ground > 0.5 && all > 0.5));

  save(network.parameters(), folder + "/ground.safetensors");

  Cpu elsewhere;
  const auto reloaded = ground_network(elsewhere);
  load(reloaded.parameters(), folder + "/ground.safetensors");
  const auto faster = optimise_for_inference<3>(reloaded);
  const InputLayer<3> entry{elsewhere, {}, Duplicates::mean};
  const auto found = predictions(faster(entry(cloud.sites, cloud.features)));

  const auto expected = predictions(network(x));
  std::size_t different = 0;
  for (std::size_t i = 0; i < found.size(); ++i) different += found[i] != expected[i];
  CHECK(different <= found.size() / 1000);  // folded weights round otherwise
}
