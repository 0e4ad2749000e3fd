// Tests of rooms in the files of ScanNet, and of how they become sites.
#include "support/rooms.hpp"

#include <set>

#include "catch.hpp"
#include "support/sample_data.hpp"
#include "support/temporary_folder.hpp"
#include "support/thrown_message.hpp"

namespace {

std::string header(int vertices, const std::string& properties) {
  return "ply\nformat ascii 1.0\nelement vertex " + std::to_string(vertices) + "\n" + properties + "end_header\n";
}
const std::string colours =
    "property float x\nproperty float y\nproperty float z\nproperty uchar red\nproperty uchar green\n"
    "property uchar blue\nproperty uchar alpha\n";

struct Files {
  TemporaryFolder folder;
  std::string path = folder / "a_vh_clean_2.ply", other = folder / "a_vh_clean_2.labels.ply";

  Files(const std::string& cloud, const std::string& labels) {
    support::detail::write_text(path, cloud);
    support::detail::write_text(other, labels);
  }
  std::string refusal() const {
    return thrown_message<scn::FormatError>([&] { support::read_room(path); });
  }
};

const std::string one_label = header(1, "property ushort label\n") + "1\n";

/// Points on a circle of 2 m, too far apart for two to share a site, of the classes 0, 1, ..., 19.
support::Room circle() {
  support::Room room;
  for (int i = 0; i < 20; ++i) {
    const double angle = i * std::numbers::pi / 10;
    room.points.insert(room.points.end(), {2 * std::cos(angle), 2 * std::sin(angle), 0.1 * i});
    room.colours.insert(room.colours.end(), {float(i), 0.5f, -0.5f});
    room.labels.push_back(i);
  }
  return room;
}

double distance(const support::Rooms& rooms, std::size_t a, std::size_t b) {
  double square = 0;
  for (int axis = 0; axis < 3; ++axis) square += std::pow(rooms.sites[a].at[axis] - rooms.sites[b].at[axis], 2);
  return std::sqrt(square);
}

}  // namespace

TEST_CASE("a room is read around its mean, with colours from -1 to 1 and the 20 classes of the benchmark") {
  const Files files(header(4, colours) + "0 0 0 0 255 51 255\n2 0 0 0 0 0 0\n0 4 0 0 0 0 0\n2 4 2 0 0 0 0\n",
                    header(4, "property float x\nproperty ushort label\n") + "0 1\n0 39\n0 13\n0 0\n");
  const support::Room room = support::read_room(files.path);
  CHECK(room.points == std::vector<double>{-1, -2, -0.5, 1, -2, -0.5, -1, 2, -0.5, 1, 2, 1.5});
  CHECK(room.colours[0] == -1);
  CHECK(room.colours[1] == 1);
  CHECK(room.colours[2] == Approx(-0.6));
  CHECK(room.labels == std::vector<std::int32_t>{0, 19, -100, -100});
}

TEST_CASE("files that are no room are refused by name") {
  const std::string cloud = header(1, colours) + "0 0 0 0 0 0 0\n";
  const Files none(cloud, header(1, "property ushort class\n") + "1\n"),
      two(cloud, header(2, "property int label\n") + "1\n1\n"),
      grey(header(1, "property float x\nproperty float y\nproperty float z\nproperty uchar grey\n") + "0 0 0 0\n",
           one_label),
      endless(header(1, colours) + "0 nan 0 0 0 0 0\n", one_label), text(header(1, colours) + "0 0\n", one_label);
  CHECK(none.refusal() == none.other + ": expected vertices with a property label");
  CHECK(two.refusal() == two.other + ": expected the 1 vertices of " + two.path + ", got 2");
  CHECK(grey.refusal() == grey.path + ": expected vertices with a property red");
  CHECK(endless.refusal() == endless.path + ": vertex 0 is not finite");
  CHECK(text.refusal() == text.path + ", line 12: expected the numbers of a vertex, got only 2");
  CHECK(thrown_message<scn::IoError>([] { support::read_room("none.ply"); }).starts_with("none.ply: "));
}

TEST_CASE("a room in the test keeps its distances, 20 sites a metre, its heights and its colours") {
  const support::Room room = circle();
  support::Rooms rooms;
  for (std::uint64_t view = 0; view < 3; ++view) rooms.append(room, {}, {1, view});
  REQUIRE(rooms.sites.size() == 60);
  CHECK(rooms.samples == 3);
  CHECK(rooms.sites[59].sample == 2);
  CHECK(distance(rooms, 0, 10) == Approx(20 * std::sqrt(16 + 1.0)).margin(2));
  CHECK(distance(rooms, 25, 30) == Approx(20 * std::sqrt(8 + 0.25)).margin(2));
  CHECK(rooms.sites[19].at[2] - rooms.sites[0].at[2] == 38);
  CHECK(std::equal(room.colours.begin(), room.colours.end(), rooms.features.begin() + 60));
  CHECK(std::equal(room.labels.begin(), room.labels.end(), rooms.labels.begin() + 40));
  CHECK(rooms.points[45] == 5);
  CHECK_FALSE(rooms.sites[0].at == rooms.sites[20].at);
}

TEST_CASE("a room in training is skewed, and all its colours are shifted alike") {
  const support::Room room = circle();
  support::Rooms plain, elastic, again;
  plain.append(room, {.training = true}, {1, 2});
  elastic.append(room, {.training = true, .elastic = true}, {1, 2});
  again.append(room, {.training = true}, {1, 2});
  REQUIRE((plain.sites.size() == 20 && elastic.sites.size() == 20));
  CHECK(plain.sites == again.sites);
  CHECK(plain.sites != elastic.sites);
  double most = 0;
  for (std::size_t i = 0; i < 10; ++i)
    most = std::max(most, std::abs(distance(plain, i, i + 10) - 20 * std::sqrt(17.0)));
  CHECK(most > 4);
  const float shift = plain.features[0] - room.colours[0];
  CHECK(shift != 0);
  for (std::size_t i = 0; i < 60; i += 3) CHECK(plain.features[i] - room.colours[i] == Approx(shift).margin(1e-5));
}

TEST_CASE("a room larger than the extent loses the points outside, and the rows of the others are known") {
  support::Room room;
  for (int i = 0; i < 300; ++i) {
    room.points.insert(room.points.end(), {0, 0, double(i)});  // 6000 sites high
    room.colours.insert(room.colours.end(), {0, 0, 0});
    room.labels.push_back(0);
  }
  support::Rooms rooms;
  rooms.append(room, {}, {1, 2});
  CHECK((rooms.sites.size() >= 204 && rooms.sites.size() <= 205));
  CHECK(rooms.points.size() == rooms.sites.size());
  CHECK(rooms.points.back() - rooms.points.front() + 1 == std::ssize(rooms.points));
}

TEST_CASE("the sample rooms are read, and floors are the lowest") {
  const TemporaryFolder folder;
  support::write_sample_rooms(folder.path());
  for (const std::string name : {"/train/scene0", "/val/scene7"}) {
    const auto room = support::read_room(folder.path() + name + "_vh_clean_2.ply");
    CHECK(room.points.size() > 30000);
    CHECK(std::set(room.labels.begin(), room.labels.end()) == std::set<std::int32_t>{0, 1, 4, 6, 8});
    double floor = 0, wall = 0;
    for (std::size_t i = 0; i < room.labels.size(); ++i)
      (room.labels[i] == 1 ? floor : wall) += room.labels[i] < 2 ? room.points[3 * i + 2] : 0;
    CHECK(floor < 0);
    CHECK(wall > 0);
  }
}
