// Tests of the command-line options of the examples.
#include "support/arguments.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <vector>

#include "catch.hpp"
#include "support/thrown_message.hpp"

namespace {

using support::Arguments;
using support::UsageError;
using Words = std::vector<std::string>;

struct Options {
  std::uint64_t seed = 1;
  int shift = 0;
  double rate = 0.5;
  std::string output = "net.safetensors";
  bool quick = false;

  Arguments arguments() {
    Arguments arguments("Trains a network.");
    arguments.add("--seed", seed, "seed of all random draws");
    arguments.add("--shift", shift, "shift in voxels");
    arguments.add("--rate", rate, "step size");
    arguments.add("--output", output, "file to write");
    arguments.add("--quick", quick, "one epoch only");
    return arguments;
  }
  std::string mistake(const Words& words) {
    return thrown_message<UsageError>([&] { arguments().parse(words); });
  }
};

/// The exit code of a program that does nothing but parse these words; what it prints is thrown away.
int exit_code(std::vector<const char*> words) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (!std::freopen("/dev/null", "w", stdout) || !std::freopen("/dev/null", "w", stderr)) ::_exit(99);
    Options options;
    options.arguments().parse_or_exit(int(words.size()), words.data());
    ::_exit(77);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("options store their values in the variables") {
  Options options;
  REQUIRE(options.arguments().parse(
      {"--seed", "18446744073709551615", "--shift", "-3", "--rate", "1e-3", "--output", "a b", "--quick"}));
  CHECK(options.seed == 18446744073709551615u);
  CHECK(options.shift == -3);
  CHECK(options.rate == 1e-3);
  CHECK(options.output == "a b");
  CHECK(options.quick);
}

TEST_CASE("options that are not given keep their defaults") {
  Options options;
  REQUIRE(options.arguments().parse({}));
  CHECK(options.seed == 1);
  CHECK(options.rate == 0.5);
  CHECK(options.output == "net.safetensors");
  CHECK_FALSE(options.quick);
}

TEST_CASE("an unknown option is named") { CHECK(Options().mistake({"--sed", "1"}) == "unknown option --sed"); }

TEST_CASE("a missing value is told") { CHECK(Options().mistake({"--quick", "--seed"}) == "--seed expects a value"); }

TEST_CASE("a bad number is quoted and leaves the variable as it was") {
  Options options;
  CHECK(options.mistake({"--seed", "-1"}) == "--seed expects a whole number of at least 0, got \"-1\"");
  CHECK(options.mistake({"--seed", "3x"}) == "--seed expects a whole number of at least 0, got \"3x\"");
  CHECK(options.mistake({"--shift", ""}) == "--shift expects a whole number, got \"\"");
  CHECK(options.mistake({"--rate", "nan"}) == "--rate expects a number, got \"nan\"");
  CHECK(options.mistake({"--shift", "99999999999"}) == "--shift: 99999999999 is out of range");
  CHECK(options.mistake({"--rate", "1e999"}) == "--rate: 1e999 is out of range");
  CHECK(options.seed == 1);
  CHECK(options.shift == 0);
  CHECK(options.rate == 0.5);
}

TEST_CASE("the help lists every option with its default") {
  Options options;
  const Arguments arguments = options.arguments();
  CHECK_FALSE(arguments.parse({"--help"}));
  CHECK(arguments.help() ==
        "Trains a network.\n\n"
        "  --seed VALUE        seed of all random draws (default 1)\n"
        "  --shift VALUE       shift in voxels (default 0)\n"
        "  --rate VALUE        step size (default 0.5)\n"
        "  --output VALUE      file to write (default net.safetensors)\n"
        "  --quick             one epoch only\n"
        "  --help              show this text\n");
}

TEST_CASE("a mistake on the command line ends a program with exit code 2, a request for help with 0") {
  CHECK(exit_code({"program", "--seed", "one"}) == 2);
  CHECK(exit_code({"program", "--unknown"}) == 2);
  CHECK(exit_code({"program", "--help"}) == 0);
  CHECK(exit_code({"program", "--seed", "2"}) == 77);
  CHECK(exit_code({}) == 77);
}
