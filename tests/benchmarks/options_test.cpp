// Tests of the options that all benchmarks share.
#include "../../benchmarks/options.hpp"

#include "catch.hpp"
#include "support/thrown_message.hpp"

namespace {

using Strings = std::vector<std::string>;
using Numbers = std::vector<std::int64_t>;

TEST_CASE("The suite's options are taken out of the arguments, with a blank or an equals sign, others stay in order") {
  Strings arguments{"bench", "--workload", "room,a.npy", "--benchmark_filter=a", "--channels=16,32",
                    "rest",  "--threads",  "3",          "--instructions=avx2"};
  const suite::Options options = suite::take_options(arguments);
  CHECK(options.workloads == Strings{"room", "a.npy"});
  CHECK(options.channels == Numbers{16, 32});
  CHECK(options.threads == Numbers{3});
  CHECK(options.instructions == scn::Instructions::avx2);
  CHECK(arguments == Strings{"bench", "--benchmark_filter=a", "rest"});
}

TEST_CASE("Without options every list is empty, so that each benchmark takes its own") {
  Strings arguments{"bench"};
  const suite::Options options = suite::take_options(arguments);
  CHECK((options.workloads.empty() && options.channels.empty() && options.threads.empty()));
  CHECK(options.instructions == scn::Instructions::automatic);
}

TEST_CASE("Options whose values make no sense are refused by name") {
  const auto refusal = [](Strings arguments) {
    return thrown_message<scn::InvalidArgument>([&] { suite::take_options(arguments); });
  };
  CHECK(refusal({"bench", "--channels"}) == "--channels: expected a value");
  for (const std::string value : {"", "16,", "0", "-4", "16x", "1e3"})
    CHECK(refusal({"bench", "--channels", value}) ==
          "--channels: expected positive numbers with commas between them, got '" + value + "'");
  CHECK(refusal({"bench", "--instructions=sse"}) ==
        "--instructions: expected automatic, avx512_bf16, avx512, avx2, portable or eigen, got 'sse'");
}

}  // namespace
