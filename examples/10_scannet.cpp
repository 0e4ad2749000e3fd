// Finds walls, floors and furniture in three dimensions: the reference's U-Net on the rooms of ScanNet.
#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "support/files.hpp"
#include "support/point_picture.hpp"
#include "support/rooms.hpp"
#include "support/sample_data.hpp"
#include "support/segmentation.hpp"

namespace {

/// Folders "train" and "val" of pairs NAME_vh_clean_2.ply and NAME_vh_clean_2.labels.ply.
struct ScanNet {
  using Batch = support::Rooms;
  using Scores = support::RoomScores;
  std::vector<support::Room> train, test;
  bool elastic = false;

  explicit ScanNet(const std::string& folder) {
    for (auto& [part, list] : {std::pair{"/train", &train}, std::pair{"/val", &test}})
      for (const std::string& path : support::files_ending(folder + part, "_vh_clean_2.ply"))
        list->push_back(support::read_room(path));
  }

  void append(Batch& batch, const support::Room& room, support::Draw draw) const {
    batch.append(room, {.training = true, .elastic = elastic}, draw);
  }
  void view(Batch& batch, const support::Room& room, support::Draw draw) const { batch.append(room, {}, draw); }
  static std::pair<std::int32_t, std::int32_t> classes(const support::Room&) {
    return {0, std::int32_t(support::room_classes.size())};
  }
};

}  // namespace

int main(int argc, char** argv) try {
  using namespace scn;
  support::RunSettings settings{.epochs = 512, .batch = 32, .rate = 1e-3, .data = "", .output = "scannet"};
  std::uint64_t views = 1;
  bool elastic = false;
  support::Arguments arguments = settings.options("Trains a U-Net that tells what is what in the rooms of ScanNet.");
  arguments.add("--views", views, "of a validation room, whose scores are summed");
  arguments.add("--elastic", elastic, "distort rooms in training");
  arguments.parse_or_exit(argc, argv);
  if (settings.data.empty()) support::write_sample_rooms(settings.data = settings.output + "/sample");
  ScanNet data(settings.data);
  data.elastic = elastic;
  settings.shorten(data.train);
  settings.shorten(data.test);

  Cpu device{.threads = settings.threads, .seed = settings.seed};
  const auto network = scannet_unet(device);
  const InputLayer<3> input{device, Point<3>(support::Rooms::extent), Duplicates::mean};
  const auto sparse = [&](const support::Rooms& batch) {
    return input(batch.sites, batch.features, {.samples = batch.samples, .channels = 3});
  };
  support::Segmentation task{data, network, sparse, views, settings};
  Adam optimizer{network.parameters(), {.rate = settings.rate}};
  if (!support::run(task, network.parameters(), device, settings, optimizer, ConstantSchedule{})) return 1;
  for (std::size_t i = 0; i < support::room_classes.size(); ++i)
    if (const auto iou = task.scores().confusion.iou(std::int64_t(i)))
      std::printf("%-16s IoU %5.1f %%\n", std::string(support::room_classes[i].name).c_str(), 100 * *iou);
  const support::Room& room = data.test.back();
  support::labelled_points(room.points, task.predictions(), room.labels).write_png(settings.output + "/room.png");
  std::printf("mean IoU: %.2f %%\n", 100 * task.scores().confusion.mean_iou());
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
