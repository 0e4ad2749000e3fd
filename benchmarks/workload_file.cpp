// Writes the voxels of a built-in workload to a .npy file, for other libraries: workload_file pandaset pandaset.npy
#include <algorithm>
#include <cstdio>
#include <span>

#include "scn/cpu/cpu.hpp"
#include "workloads.hpp"

namespace {

/// Version 1 of the format: int32, rows x columns.
void write_npy(const std::string& path, std::span<const std::int32_t> numbers, std::size_t columns) {
  std::string header = scn::message("{'descr': '<i4', 'fortran_order': False, 'shape': (", numbers.size() / columns,
                                    ", ", columns, "), }");
  header.append(63 - (10 + header.size()) % 64, ' ').push_back('\n');
  const std::string start{'\x93', 'N', 'U', 'M', 'P', 'Y', 1, 0, static_cast<char>(header.size()), 0};
  const std::span<const std::byte> parts[]{std::as_bytes(std::span(start)), std::as_bytes(std::span(header)),
                                           std::as_bytes(numbers)};
  scn::write_file_atomically(path, std::span(parts));
}

/// Each site once, the sample first, in the order of a dictionary.
template <int D>
std::vector<std::int32_t> voxels(const suite::Cloud<D>& cloud) {
  std::vector<scn::Site<D>> sites = suite::sites_of(cloud);
  std::sort(sites.begin(), sites.end());
  sites.erase(std::unique(sites.begin(), sites.end()), sites.end());
  std::vector<std::int32_t> numbers;
  for (const auto& [sample, at] : sites) {
    numbers.push_back(sample);
    for (int axis = 0; axis < D; ++axis) numbers.push_back(at[axis]);
  }
  return numbers;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: workload_file NAME FILE.npy\n");
    return 2;
  }
  try {
    std::visit([&]<int D>(const suite::Cloud<D>& cloud) { write_npy(argv[2], voxels(cloud), D + 1); },
               suite::make_workload(argv[1]));
    return 0;
  } catch (const scn::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
