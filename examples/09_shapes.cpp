// Finds the parts of shapes in three dimensions: the reference's U-Net on ShapeNet's challenge of 2017.
#include <array>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "support/files.hpp"
#include "support/point_picture.hpp"
#include "support/sample_data.hpp"
#include "support/segmentation.hpp"
#include "support/shapes.hpp"

namespace {

struct ShapeBatch {
  std::vector<scn::Site<3>> sites;  // one a point, of every shape
  std::vector<std::int32_t> labels;
  std::vector<std::int64_t> points;  // the row of its shape for each
  std::int32_t shapes = 0;
};

/// Folders named after categories, of pairs NAME.pts and NAME.seg.
struct Shapes {
  using Batch = ShapeBatch;
  using Scores = support::PartScores;
  std::vector<support::Shape> train, test;

  explicit Shapes(const std::string& folder) {
    for (std::size_t category = 0; category < support::shape_categories.size(); ++category) {
      const std::string inner = folder + "/" + std::string(support::shape_categories[category].folder);
      if (!std::filesystem::exists(inner)) continue;
      for (const std::string& path : support::files_ending(inner, ".pts")) {
        support::Shape shape = support::read_shape(path, category);
        (shape.trains ? train : test).push_back(std::move(shape));
      }
    }
    scn::require<scn::IoError>(!train.empty() && !test.empty(), folder,
                               ": expected folders such as 02691156 with files .pts and .seg of some shapes");
  }

  /// Turned and perhaps mirrored at random, in training as in the test, 24 sites a unit, somewhere within 192.
  void append(Batch& batch, const support::Shape& shape, support::Draw draw) const {
    const auto turn = scn::random_rotation<3>(draw.seed, draw.number, scn::Mirrors::allowed);
    draw.next = 64;  // behind the numbers of the rotation
    const std::array<double, 3> shift{draw(3, 5), draw(3, 5), draw(3, 5)};
    for (std::size_t i = 0; i < shape.points.size(); i += 3) {
      scn::Site<3> site{batch.shapes, {}};
      for (int row = 0; row < 3; ++row) {
        double x = shift[std::size_t(row)];
        for (std::size_t column = 0; column < 3; ++column)
          x += turn[std::size_t(row)][column] * shape.points[i + column];
        site.at[row] = std::int32_t(24 * x);
      }
      batch.sites.push_back(site);
      batch.points.push_back(std::int64_t(i / 3));
    }
    batch.labels.insert(batch.labels.end(), shape.labels.begin(), shape.labels.end());
    ++batch.shapes;
  }
  void view(Batch& batch, const support::Shape& shape, support::Draw draw) const { append(batch, shape, draw); }

  /// Only the parts of a shape's category are asked for.
  static std::pair<std::int32_t, std::int32_t> classes(const support::Shape& shape) {
    return {support::shape_categories[shape.category].first, support::shape_categories[shape.category].parts};
  }
};

}  // namespace

int main(int argc, char** argv) try {
  using namespace scn;
  support::RunSettings settings{.epochs = 100, .batch = 16, .rate = 0.1, .data = "", .output = "shapes"};
  settings.parse_or_exit("Trains a U-Net that finds the parts of ShapeNet's shapes.", argc, argv);
  if (settings.data.empty()) support::write_sample_shapes(settings.data = settings.output + "/sample");
  Shapes data(settings.data);
  settings.shorten(data.train);
  settings.shorten(data.test);

  Cpu device{.threads = settings.threads, .seed = settings.seed};
  const auto network = shapenet_unet(device, support::part_classes);
  const InputLayer<3> input{device, Point<3>(192)};
  const auto sparse = [&](const ShapeBatch& batch) {
    return input(batch.sites, std::vector<float>(batch.sites.size(), 1.0f), {.samples = batch.shapes, .channels = 1});
  };
  support::Segmentation task{data, network, sparse, 3, settings};
  if (!support::run_like_reference(task, network.parameters(), device, settings, 0.04)) return 1;
  for (std::size_t i = 0; i < support::shape_categories.size(); ++i)
    if (const auto iou = task.scores().iou(i))
      std::printf("%-12s IoU %5.1f %% of %lld shapes\n", std::string(support::shape_categories[i].name).c_str(),
                  100 * *iou, static_cast<long long>(task.scores().shapes(i)));
  const support::Shape& shape = data.test.back();
  support::labelled_points(shape.points, task.predictions(), shape.labels, 1).write_png(settings.output + "/shape.png");
  std::printf("mean IoU: %.2f %%\n", 100 * task.scores().mean_iou());
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
