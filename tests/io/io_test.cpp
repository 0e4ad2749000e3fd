#include "scn/io/io.hpp"

#include "catch.hpp"
#include "scn/scn.hpp"
#include "support/temporary_folder.hpp"

TEST_CASE("One header of io/ beside scn.hpp is enough to save a network and to load it", "[io]") {
  const TemporaryFolder folder;
  scn::Cpu first{.seed = 1}, second{.seed = 2};
  const auto saved = scn::Sequential{scn::NetworkInNetwork{first, 2, 3}}.parameters();
  const auto loaded = scn::Sequential{scn::NetworkInNetwork{second, 2, 3}}.parameters();
  const auto weight = [](const auto& parameters) { return parameters.find("0.weight")->variable.value().to_host(); };
  REQUIRE(weight(saved) != weight(loaded));
  scn::save(saved, folder / "net.safetensors");
  scn::load(loaded, folder / "net.safetensors");
  REQUIRE(weight(saved) == weight(loaded));
  REQUIRE(folder.names() == std::set<std::string>{"net.safetensors"});
}
