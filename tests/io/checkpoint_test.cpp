#include "scn/io/checkpoint.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include "catch.hpp"
#include "scn/cpu/cpu.hpp"
#include "scn/layers/batch_normalization.hpp"
#include "scn/layers/network_in_network.hpp"
#include "scn/layers/sequential.hpp"
#include "support/temporary_folder.hpp"
#include "support/thrown_message.hpp"

namespace {

using scn::Cpu;

auto network(Cpu& device, std::int64_t out = 3) {
  return scn::Sequential{scn::NetworkInNetwork{device, 2, 4}, scn::BatchNormReLU{device, 4},
                         scn::NetworkInNetwork{device, 4, out, false}};
}

template <class Parameters>
std::vector<std::vector<float>> values(const Parameters& parameters) {
  std::vector<std::vector<float>> all;
  for (const auto& parameter : parameters) all.push_back(parameter.variable.value().to_host());
  return all;
}

}  // namespace

TEST_CASE("A network saved and loaded into another one has the same bits", "[io]") {
  const TemporaryFolder folder;
  Cpu first{.seed = 1}, second{.seed = 2};
  const auto saved = network(first).parameters(), loaded = network(second).parameters();
  REQUIRE(values(saved) != values(loaded));
  scn::save(saved, folder / "net.safetensors", {{"made", "by a test"}});
  scn::load(loaded, folder / "net.safetensors");
  REQUIRE(values(saved) == values(loaded));
  REQUIRE(scn::SafetensorsFile(folder / "net.safetensors").metadata().at("made") == "by a test");
}

TEST_CASE("A saved file holds the reference's names, shapes and buffers", "[io]") {
  const TemporaryFolder folder;
  Cpu device;
  scn::save(network(device).parameters(), folder / "net.safetensors");
  const scn::SafetensorsFile file(folder / "net.safetensors");
  REQUIRE(file.tensors().size() == 7);
  REQUIRE(file.tensor("0.weight").shape == std::vector<std::int64_t>{2, 4});
  REQUIRE(file.tensor("0.bias").shape == std::vector<std::int64_t>{4});
  REQUIRE(file.tensor("1.running_var").shape == std::vector<std::int64_t>{4});
  REQUIRE(file.tensor("2.weight").shape == std::vector<std::int64_t>{4, 3});
  REQUIRE_FALSE(file.contains("2.bias"));
}

TEST_CASE("Loading lists every missing, extra and mis-shaped tensor at once and changes nothing", "[io]") {
  const TemporaryFolder folder;
  Cpu device{.seed = 1};
  scn::save(network(device).parameters(), folder / "net.safetensors");
  const auto other = scn::Sequential{scn::NetworkInNetwork{device, 2, 4, false}, scn::BatchNormReLU{device, 4},
                                     scn::NetworkInNetwork{device, 4, 5}}
                         .parameters();
  const auto before = values(other);
  const std::string text = thrown_message<scn::FormatError>([&] { scn::load(other, folder / "net.safetensors"); });
  CHECK(text.find("net.safetensors") != std::string::npos);
  CHECK(text.find("missing: 2.bias (5)") != std::string::npos);
  CHECK(text.find("extra: 0.bias (4)") != std::string::npos);
  CHECK(text.find("shape: 2.weight is (4, 3), expected (4, 5)") != std::string::npos);
  REQUIRE(values(other) == before);
}

TEST_CASE("Loading refuses numbers that are no real numbers", "[io]") {
  const TemporaryFolder folder;
  Cpu device;
  const auto parameters = scn::Sequential{scn::NetworkInNetwork{device, 1, 1, false}}.parameters();
  const std::vector<std::int32_t> number{1};
  const scn::TensorEntry entry{"0.weight", scn::ElementType::i32, {1, 1}, std::as_bytes(std::span(number))};
  scn::write_safetensors(folder / "net.safetensors", std::span(&entry, 1));
  const std::string text = thrown_message<scn::FormatError>([&] { scn::load(parameters, folder / "net.safetensors"); });
  REQUIRE(text.find("type: 0.weight is I32, expected F32 or F64") != std::string::npos);
}

TEST_CASE("Weights saved in double are read into a network in float, rounded", "[io]") {
  const TemporaryFolder folder;
  scn::CpuDevice<double> exact{.seed = 3};
  Cpu device{.seed = 4};
  const auto saved = scn::Sequential{scn::NetworkInNetwork{exact, 2, 2}}.parameters();
  const auto loaded = scn::Sequential{scn::NetworkInNetwork{device, 2, 2}}.parameters();
  scn::save(saved, folder / "net.safetensors");
  scn::load(loaded, folder / "net.safetensors");
  const auto wide = saved.find("0.weight")->variable.value().to_host();
  const auto narrow = loaded.find("0.weight")->variable.value().to_host();
  for (std::size_t i = 0; i < wide.size(); ++i) REQUIRE(narrow[i] == static_cast<float>(wide[i]));
}

TEST_CASE("A file that is not there or cut short leaves the network as it was", "[io]") {
  const TemporaryFolder folder;
  Cpu device{.seed = 1};
  const auto parameters = network(device).parameters();
  const auto before = values(parameters);
  REQUIRE_THROWS_AS(scn::load(parameters, folder / "none.safetensors"), scn::IoError);
  scn::save(parameters, folder / "net.safetensors");
  const auto size = std::filesystem::file_size(folder / "net.safetensors");
  std::filesystem::resize_file(folder / "net.safetensors", size - 3);
  REQUIRE_THROWS_AS(scn::load(parameters, folder / "net.safetensors"), scn::FormatError);
  REQUIRE(values(parameters) == before);
}
