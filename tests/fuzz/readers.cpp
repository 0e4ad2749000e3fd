// Feeds a reader of files with whatever a fuzzer finds: it gives all that it promises, or throws FormatError.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "scn/io/io.hpp"
#include "support/nifti.hpp"
#include "support/pot.hpp"

namespace {

using Bytes = std::vector<std::byte>;

/// These read every number, so that one outside the memory is noticed.
void use(const scn::PointFile& cloud) {
  for (const scn::PointField& field : cloud.fields())
    if (std::ssize(cloud.numbers<double>({field.name})) != cloud.count()) std::abort();
}

void use(const scn::NpyArray& array) {
  if (array.bytes.size() % std::size_t(scn::element_size(array.type)) != 0) std::abort();
}

void use(const support::Volume& volume) {
  const auto [width, height, depth, moments] = volume.extent;
  if (std::ssize(volume.values) != width * height * depth * moments) std::abort();
}

void use(const std::vector<support::Character>& characters) {
  volatile double sum = 0;
  for (const support::Character& character : characters)
    for (const support::Stroke& stroke : character.strokes)
      for (const support::Pen& point : stroke) sum = sum + point[0] + point[1];
}

void use(const scn::SafetensorsFile& file) {
  volatile unsigned sum = 0;
  for (const scn::TensorEntry& tensor : file.tensors())
    for (const std::byte byte : tensor.bytes) sum = sum + std::to_integer<unsigned>(byte);
}

const std::map<std::string, std::function<void(Bytes)>> readers{
    {"pcd", [](Bytes bytes) { use(scn::parse_pcd(std::move(bytes), "input")); }},
    {"ply", [](Bytes bytes) { use(scn::parse_ply(std::move(bytes), "input")); }},
    {"las", [](Bytes bytes) { use(scn::parse_las(bytes, "input")); }},
    {"npy", [](Bytes bytes) { use(scn::parse_npy(bytes, "input")); }},
    {"nifti", [](Bytes bytes) { use(support::parse_nifti(bytes, "input")); }},
    {"points",
     [](Bytes bytes) {
       use(scn::parse_points(std::move(bytes), {"x", "y", "z"}, "input"));
     }},
    {"text_points",
     [](Bytes bytes) {
       use(scn::parse_text_points(bytes, {"x", "y", "z"}, "input"));
     }},
    {"pot", [](Bytes bytes) { use(support::parse_pot(bytes, "input")); }},
    {"safetensors", [](Bytes bytes) { use(scn::SafetensorsFile(std::move(bytes), "input")); }},
};

const std::function<void(Bytes)>* reader = nullptr;

}  // namespace

/// Takes --reader=NAME from the arguments; libFuzzer passes over what begins with two dashes.
extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
  const std::string option = "--reader=";
  for (int i = 1; i < *count; ++i)
    if (const std::string argument = (*arguments)[i]; argument.starts_with(option))
      if (const auto found = readers.find(argument.substr(option.size())); found != readers.end())
        reader = &found->second;
  if (reader != nullptr) return 0;
  for (const auto& [name, unused] : readers) std::fprintf(stderr, "--reader=%s\n", name.c_str());
  std::exit(2);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  try {
    (*reader)({bytes.begin(), bytes.end()});
  } catch (const scn::FormatError&) {
  }
  return 0;
}
