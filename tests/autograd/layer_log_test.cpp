// Tests of the log of layers: paths, rows, sums.
#include "scn/autograd/layer_log.hpp"

#include "catch.hpp"

namespace {

using scn::Counts;
using scn::LayerLog;

TEST_CASE("Counts add up", "[autograd]") {
  Counts counts{1, 20, 300};
  counts += {4, 50, 600};
  CHECK(counts == Counts{5, 70, 900});
  CHECK_FALSE(counts == Counts{5, 70, 901});
}

TEST_CASE("A log has a row for each layer that entered no other, under the names of those around it", "[autograd]") {
  LayerLog log;
  log.enter("");
  log.enter("0");
  log.leave({.layer = "ReLU", .sites = 5, .channels = 2, .bytes = 40}, {});
  log.enter("head");
  log.enter("1");
  log.leave({.layer = "Tanh"}, {});
  log.leave({.layer = "Sequential"}, {});
  log.leave({.layer = "Sequential"}, {});
  REQUIRE(log.rows().size() == 2);
  CHECK((log.rows()[0].path == "0" && log.rows()[0].layer == "ReLU"));
  CHECK((log.rows()[0].sites == 5 && log.rows()[0].channels == 2 && log.rows()[0].bytes == 40));
  CHECK((log.rows()[1].path == "head.1" && log.rows()[1].layer == "Tanh"));
}

TEST_CASE("A log gives counted work to the layer that was entered last, and to the total", "[autograd]") {
  LayerLog log;
  log.enter("");
  log.enter("0");
  log.count({1, 2, 3});
  log.count({10, 20, 30});
  log.leave({.bytes = 8}, {});
  log.enter("1");
  log.leave({.bytes = 4}, {});
  log.leave({}, {});
  CHECK(log.rows().at(0).counts == Counts{11, 22, 33});
  CHECK(log.rows().at(1).counts == Counts{});
  CHECK(log.total().counts == Counts{11, 22, 33});
  CHECK(log.total().bytes == 12);
}

TEST_CASE("A log has a row for a layer that entered others if it counted work of its own", "[autograd]") {
  LayerLog log;
  log.enter("0");
  log.enter("inner");
  log.count({1, 1, 1});
  log.leave({}, {});
  log.count({2, 2, 2});
  log.leave({.layer = "both"}, {});
  REQUIRE(log.rows().size() == 2);
  CHECK((log.rows()[0].path == "0.inner" && log.rows()[0].counts == Counts{1, 1, 1}));
  CHECK((log.rows()[1].path == "0" && log.rows()[1].counts == Counts{2, 2, 2}));
  CHECK(log.total().counts == Counts{3, 3, 3});
}

TEST_CASE("A log counts work outside of any layer in the total", "[autograd]") {
  LayerLog log;
  log.count({1, 2, 3});
  CHECK(log.rows().empty());
  CHECK(log.total().counts == Counts{1, 2, 3});
}

TEST_CASE("A log counts numbers that two layers share in both rows, and once in the total", "[autograd]") {
  LayerLog log;
  const int shared = 0, own = 0;
  log.enter("0");
  log.leave({}, {{&shared, 9}, {&own, 3}});
  log.enter("1");
  log.leave({}, {{&shared, 9}});
  CHECK(log.rows().at(0).parameters == 12);
  CHECK(log.rows().at(1).parameters == 9);
  CHECK(log.total().parameters == 12);
}

}  // namespace
