// main() of every benchmark: takes the options of the suite, registers, and leaves the rest to Google Benchmark.
#include "suite.hpp"

#include <cstdio>
#include <memory>

namespace suite {

const AnyCloud& workload(const std::string& name) {
  static std::map<std::string, std::unique_ptr<AnyCloud>> made;
  auto& known = made[name];
  if (known == nullptr) known = std::make_unique<AnyCloud>(make_workload(name));
  return *known;
}

}  // namespace suite

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv, argv + argc);
  try {
    const suite::Options options = suite::take_options(arguments);
    for (const std::string& name : options.workloads) suite::workload(name);  // what cannot be read is told at once
    std::vector<char*> others;
    for (std::string& argument : arguments) others.push_back(argument.data());
    int count = static_cast<int>(others.size());
    benchmark::Initialize(&count, others.data());
    if (benchmark::ReportUnrecognizedArguments(count, others.data())) return 2;
    for (const auto& [name, value] : suite::describe(options)) benchmark::AddCustomContext(name, value);
    add_benchmarks(options);
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
  } catch (const scn::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
