// Tests of the progress bar.
#include "support/progress.hpp"

#include <cstdio>
#include <memory>
#include <string>

#include "catch.hpp"

namespace {

using support::Progress;

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

/// What `action` writes to the stream that it is given.
template <class Action>
std::string written(Action action) {
  const std::unique_ptr<std::FILE, Close> file(std::tmpfile());
  REQUIRE(file);
  action(file.get());
  std::string text(static_cast<std::size_t>(std::ftell(file.get())), ' ');
  std::rewind(file.get());
  REQUIRE(std::fread(text.data(), 1, text.size(), file.get()) == text.size());
  return text;
}

}  // namespace

TEST_CASE("times are written as minutes and seconds, from an hour on with hours") {
  CHECK(support::clock_text(0) == "0:00");
  CHECK(support::clock_text(75.4) == "1:15");
  CHECK(support::clock_text(59.6) == "1:00");
  CHECK(support::clock_text(3700) == "1:01:40");
}

TEST_CASE("the bar shows the share done, the rate and the remaining time") {
  CHECK(support::progress_bar(5, 20, 10, 8) == "[==>     ]  5/20  0.5/s  0:30 left");
  CHECK(support::progress_bar(20, 20, 10, 8) == "[========]  20/20  2/s  0:00 left");
}

TEST_CASE("the bar gives neither rate nor remaining time before the first step") {
  CHECK(support::progress_bar(0, 20, 10, 8) == "[        ]  0/20");
}

TEST_CASE("the bar holds for more steps than announced and for a total of none") {
  CHECK(support::progress_bar(30, 20, 10, 4) == "[====]  20/20  2/s  0:00 left");
  CHECK(support::progress_bar(0, 0, 0, 4) == "[    ]  0/1");
}

TEST_CASE("a stream that is no terminal gets one line when the work is done") {
  const std::string text = written([](std::FILE* stream) {
    Progress progress("epoch 3/20", 2, stream);
    progress.advance("loss 0.70");
    progress.advance("loss 0.65");
    CHECK(std::ftell(stream) == 0);
    progress.note("loss 0.68  mean IoU 0.5");
  });
  CHECK(text == "epoch 3/20  2/2 in 0:00  loss 0.68  mean IoU 0.5\n");
}

TEST_CASE("work that ends early leaves a line with the steps that were done") {
  CHECK(written([](std::FILE* stream) { Progress("epoch 1/1", 5, stream).advance(); }) == "epoch 1/1  1/5 in 0:00\n");
}

TEST_CASE("a terminal's line is redrawn in place and replaced by the last line") {
  const std::string text = written([](std::FILE* stream) {
    Progress progress("scan", 2, stream, true);
    progress.advance("first");
    progress.advance("second");
  });
  CHECK(text.rfind("\rscan  [", 0) == 0);
  CHECK(text.find("1/2") < text.find("first"));
  CHECK(text.find("first") < text.find("2/2"));
  const std::string last = "\r\x1b[Kscan  2/2 in 0:00  second\n";
  REQUIRE(text.size() > last.size());
  CHECK(text.substr(text.size() - last.size()) == last);
}

TEST_CASE("quick steps do not redraw a terminal's line each time") {
  const std::string text = written([](std::FILE* stream) {
    Progress progress("scan", 100000, stream, true);
    for (int step = 0; step < 1000; ++step) progress.advance();
  });
  CHECK(text.size() < 10000);
}
