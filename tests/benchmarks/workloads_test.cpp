// Tests of the clouds that benchmarks work on: how many voxels the built-in ones have, and those of files.
#include "../../benchmarks/workloads.hpp"

#include <algorithm>
#include <span>

#include "catch.hpp"
#include "support/temporary_folder.hpp"
#include "support/thrown_message.hpp"

namespace {

/// Different sites of a workload, and its samples.
std::pair<std::size_t, std::int64_t> size_of(const std::string& name) {
  return std::visit(
      []<int D>(const suite::Cloud<D>& cloud) {
        auto sites = suite::sites_of(cloud);
        std::sort(sites.begin(), sites.end());
        const auto last = std::unique(sites.begin(), sites.end());
        return std::pair(static_cast<std::size_t>(last - sites.begin()), cloud.samples());
      },
      suite::make_workload(name));
}

/// A NumPy file of int32 in C order.
std::string file_of(const TemporaryFolder& folder, const std::string& shape, const std::vector<std::int32_t>& numbers) {
  std::string header = "{'descr': '<i4', 'fortran_order': False, 'shape': " + shape + ", }";
  header.resize(117, ' ');
  header += '\n';
  const std::string start{'\x93', 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0};
  const std::string path = folder / "cloud.npy";
  const std::span<const std::byte> parts[]{std::as_bytes(std::span(start)), std::as_bytes(std::span(header)),
                                           std::as_bytes(std::span(numbers))};
  scn::write_file_atomically(path, std::span(parts));
  return path;
}

TEST_CASE("The scans have the voxels that published figures were converted to") {
  CHECK(size_of("pandaset") == std::pair(std::size_t{115067}, std::int64_t{1}));
  CHECK(size_of("centerpoint").first == 82907);
  CHECK(size_of("large").first == 921814);
  CHECK(size_of("scans4d").first == 208539);
}

TEST_CASE("Generated clouds are the same on every machine") {
  CHECK(size_of("random50k").first == 49990);
  CHECK(size_of("sphere16").first == 848);
  CHECK(size_of("handwriting") == std::pair(std::size_t{63865}, std::int64_t{128}));
}

TEST_CASE("Rows of a file become sites of their samples, in any order, and samples without rows stay empty") {
  const TemporaryFolder folder;
  const auto cloud = std::get<suite::Cloud<2>>(
      suite::make_workload(file_of(folder, "(4, 3)", {2, -7, 8, 0, 1, 2, 2, 0, 0, 0, -2147483647 - 1, 2147483647})));
  CHECK(cloud.first == std::vector<std::int64_t>{0, 2, 2, 4});
  CHECK(suite::sites_of(cloud) ==
        std::vector<scn::Site<2>>{{0, {1, 2}}, {0, {-2147483647 - 1, 2147483647}}, {2, {-7, 8}}, {2, {0, 0}}});
  CHECK(std::get<suite::Cloud<4>>(suite::make_workload(file_of(folder, "(0, 5)", {}))).samples() == 0);
}

TEST_CASE("What is no workload is refused") {
  const TemporaryFolder folder;
  const auto refusal = [](const std::string& name) {
    return thrown_message<scn::InvalidArgument>([&] { suite::make_workload(name); });
  };
  CHECK(refusal("street") ==
        "--workload: expected a .npy file or one of centerpoint handwriting large pandaset random50k room scans4d "
        "sphere16 sphere512, got street");
  const std::string negative = file_of(folder, "(1, 3)", {-1, 0, 0});
  CHECK(refusal(negative) == negative + ": the first column is the sample, which is not negative");
  const std::string flat = file_of(folder, "(6,)", {0, 1, 2, 3, 4, 5});
  CHECK(refusal(flat) == flat + ": expected rows of a sample and 2, 3 or 4 coordinates, got 1 axes with 0 columns");
}

}  // namespace
