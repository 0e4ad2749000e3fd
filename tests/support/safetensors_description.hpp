// The description of a safetensors file that tests/compare_safetensors.py compares with its own reading.
#pragma once

#include <cmath>
#include <cstdint>
#include <fstream>
#include <iomanip>
#include <string>
#include <vector>

#include "scn/io/safetensors.hpp"

namespace description {

/// Sum of the values, sum of values times 1 + index, which shows a wrong order, and sum of the latter's magnitudes.
struct Sums {
  double plain = 0, ordered = 0, magnitude = 0;
};

template <class T>
Sums sums(const std::vector<T>& values) {
  Sums sums;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double value = static_cast<double>(values[i]), weighted = value * static_cast<double>(i + 1);
    sums.plain += value;
    sums.ordered += weighted;
    sums.magnitude += std::abs(weighted);
  }
  return sums;
}

inline Sums sums(const scn::SafetensorsFile& file, const scn::TensorEntry& tensor) {
  using scn::ElementType;
  const std::string& name = tensor.name;
  switch (tensor.type) {
    case ElementType::f64:
      return sums(file.values<double>(name));
    case ElementType::f32:
      return sums(file.values<float>(name));
    case ElementType::i64:
      return sums(file.values<std::int64_t>(name));
    case ElementType::i32:
      return sums(file.values<std::int32_t>(name));
    case ElementType::i16:
      return sums(file.values<std::int16_t>(name));
    case ElementType::i8:
      return sums(file.values<std::int8_t>(name));
    case ElementType::u64:
      return sums(file.values<std::uint64_t>(name));
    case ElementType::u32:
      return sums(file.values<std::uint32_t>(name));
    case ElementType::u16:
      return sums(file.values<std::uint16_t>(name));
    case ElementType::u8:
      return sums(file.values<std::uint8_t>(name));
    default:
      throw scn::InvalidArgument(name + ": no sums of this element type");
  }
}

/// Writes PATH.txt beside a file: its number of metadata and tensors, then a line for each, fields between tabs.
inline void write(const std::string& path) {
  const scn::SafetensorsFile file(path);
  std::ofstream text(path + ".txt");
  text << std::setprecision(17) << "counts\t" << file.metadata().size() << '\t' << file.tensors().size() << '\n';
  for (const auto& [key, value] : file.metadata()) text << "metadata\t" << key << '\t' << value << '\n';
  for (const scn::TensorEntry& tensor : file.tensors()) {
    const Sums of = sums(file, tensor);
    text << "tensor\t" << tensor.name << '\t' << scn::element_name(tensor.type) << '\t'
         << scn::detail::shape_text(tensor.shape) << '\t' << of.plain << '\t' << of.ordered << '\t' << of.magnitude
         << '\n';
  }
  if (!text.flush()) throw scn::IoError(path + ".txt: cannot write");
}

}  // namespace description
