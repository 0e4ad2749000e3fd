// Times what happens before the first frame: making a network, loading its weights, and compiling the headers.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

#include "networks.hpp"
#include "relations.hpp"
#include "scn/io/checkpoint.hpp"
#include "suite.hpp"

namespace {

using namespace scn;
using benchmark::State;

template <class Dev>
void make(State& state, const suite::MakeDevice<Dev>& make_device) {
  Dev device = make_device();
  suite::measure(state, device, {}, [&] { benchmark::DoNotOptimize(suite::mink_unet42(device)); });
}

/// From a file that the system has in its cache.
template <class Dev>
void load_model(State& state, const suite::MakeDevice<Dev>& make_device) {
  Dev device = make_device();
  const auto parameters = suite::mink_unet42(device).parameters();
  const auto file = std::filesystem::temp_directory_path() / message("mink_unet42_", ::getpid(), ".safetensors");
  save(parameters, file.string());
  const auto bytes = static_cast<double>(std::filesystem::file_size(file));
  suite::measure(state, device, {.bytes = bytes}, [&] { load(parameters, file.string()); });
  std::filesystem::remove(file);
}

/// How long the compiler of this program takes to read scn.hpp.
void compile(State& state) {
  for (auto _ : state)
    if (std::system("echo '#include \"scn/scn.hpp\"' | " SCN_COMPILE_COMMAND " -std=c++20 -fsyntax-only -x c++ -") != 0)
      return state.SkipWithError("the compiler failed");
}

void add(const std::string& name, const std::function<void(State&)>& body) {
  benchmark::RegisterBenchmark(name.c_str(), body)->UseRealTime()->Unit(benchmark::kMillisecond);
}

template <class Dev>
void add_all(const suite::Options& options) {
  for (const suite::MakeDevice<Dev>& device : suite::devices(options)) {
    const std::string name = ".MinkUNet42/" + device.name() + device.setting();
    add("Make" + name, [device](State& state) { make<Dev>(state, device); });
    add("Load" + name, [device](State& state) { load_model<Dev>(state, device); });
  }
}

}  // namespace

void add_benchmarks(const suite::Options& options) {
  add_all<suite::Device>(options);
  add("Compile/scn.hpp", compile);
}
