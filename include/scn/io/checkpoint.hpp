// Named parameters to a safetensors file and back.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "scn/autograd/parameter.hpp"
#include "scn/io/safetensors.hpp"

namespace scn {

/// Writes every parameter and buffer under its name, as F32 or F64 like the device's Accumulator. The file is replaced
/// at once or, with IoError or InvalidArgument, not at all. Waits for the device.
template <Device Dev>
void save(const Parameters<Dev>& parameters, const std::string& path,
          const std::map<std::string, std::string>& metadata = {}) {
  using T = typename Dev::Accumulator;
  std::vector<std::vector<T>> values;
  for (const auto& parameter : parameters) values.push_back(parameter.variable.value().to_host());
  std::vector<TensorEntry> entries;
  for (const auto& parameter : parameters)
    entries.push_back({parameter.name, element_type_of<T>(), parameter.shape,
                       std::as_bytes(std::span<const T>(values[entries.size()]))});
  write_safetensors(path, entries, metadata);
}

/// Reads values saved by save(), or by anybody under the same names, F32 or F64. Strict: throws FormatError that lists
/// every missing, extra and mis-shaped tensor at once, and then no parameter has changed.
template <Device Dev>
void load(const Parameters<Dev>& parameters, const std::string& path) {
  using T = typename Dev::Accumulator;
  const SafetensorsFile file(path);
  const auto text = [](const std::vector<std::int64_t>& shape) {
    std::string joined = "(";
    for (std::size_t i = 0; i < shape.size(); ++i) joined += (i > 0 ? ", " : "") + std::to_string(shape[i]);
    return joined + ")";
  };
  std::string faults;
  for (const auto& parameter : parameters) {
    if (!file.contains(parameter.name)) {
      faults += message("\n  missing: ", parameter.name, " ", text(parameter.shape));
      continue;
    }
    const TensorEntry& entry = file.tensor(parameter.name);
    if (entry.shape != parameter.shape)
      faults += message("\n  shape: ", parameter.name, " is ", text(entry.shape), ", expected ", text(parameter.shape));
    else if (entry.type != ElementType::f32 && entry.type != ElementType::f64)
      faults += message("\n  type: ", parameter.name, " is ", element_name(entry.type), ", expected F32 or F64");
  }
  for (const TensorEntry& entry : file.tensors())
    if (parameters.find(entry.name) == nullptr) faults += message("\n  extra: ", entry.name, " ", text(entry.shape));
  require<FormatError>(faults.empty(), path, ": the tensors are not those of the network:", faults);

  std::vector<Matrix<Dev, T>> values;
  for (const auto& parameter : parameters) {
    const auto& variable = parameter.variable;
    const std::vector<T> numbers = file.real_values<T>(parameter.name);
    values.push_back(Matrix<Dev, T>::from_host(variable.device(), variable.rows().bound, variable.channels(),
                                               std::span<const T>(numbers)));
  }
  std::size_t next = 0;
  for (const auto& parameter : parameters) parameter.variable.value() = std::move(values[next++]);
}

}  // namespace scn
