// Tests of the text of a progress bar.
#include "scn/train/progress_bar.hpp"

#include "catch.hpp"

namespace {

TEST_CASE("A clock shows minutes and seconds, and hours where there are any", "[train]") {
  CHECK(scn::clock_text(75) == "1:15");
  CHECK(scn::clock_text(3700) == "1:01:40");
  CHECK(scn::clock_text(-1) == "0:00");
}

TEST_CASE("A progress bar shows steps, rate and remaining time", "[train]") {
  CHECK(scn::progress_bar(12, 24, 4, 10) == "[=====>    ]  12/24  3/s  0:04 left");
  CHECK(scn::progress_bar(0, 24, 0, 10) == "[          ]  0/24");
  CHECK(scn::progress_bar(24, 24, 8, 10) == "[==========]  24/24  3/s  0:00 left");
}

}  // namespace
