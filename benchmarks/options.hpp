// What every benchmark takes besides the options of Google Benchmark.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scn/cpu/instructions.hpp"

namespace suite {

/// Lists are empty where the command line says nothing: each benchmark has its own for that case.
struct Options {
  std::vector<std::string> workloads;  ///< names of built-in ones or .npy files
  std::vector<std::int64_t> channels;
  std::vector<std::int64_t> threads;
  scn::Instructions instructions = scn::Instructions::automatic;
};

/// The word of each set of instructions, in the order of scn::Instructions.
inline constexpr std::string_view instruction_names[]{"automatic", "avx512_bf16", "avx512",
                                                      "avx2",      "portable",    "eigen"};

/// What a device is made of, and what it is called in the name of a benchmark: "Cpu", or "Cpu.avx2" with instructions
/// that were asked for. Each measured device specialises this.
template <class Dev>
struct MakeDevice;

/// What a device reaches at most, a second; 0: not measured.
struct Ceilings {
  double operations = 0;  ///< two for each multiply-add
  double bytes = 0;       ///< read and written by a copy
};

namespace detail {

inline std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t end = 0; end != std::string_view::npos; text.remove_prefix(end + 1)) {
    end = text.find(',');
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
  }
  return parts;
}

inline std::vector<std::int64_t> positive_numbers(std::string_view option, const std::string& text) {
  std::vector<std::int64_t> numbers;
  for (const std::string& part : split(text)) {
    const char* const end = part.data() + part.size();
    const auto [rest, error] = std::from_chars(part.data(), end, numbers.emplace_back());
    scn::require(error == std::errc{} && rest == end && numbers.back() >= 1, option,
                 ": expected positive numbers with commas between them, got '", text, "'");
  }
  return numbers;
}

inline scn::Instructions instructions(const std::string& text) {
  for (std::size_t i = 0; i < std::size(instruction_names); ++i)
    if (text == instruction_names[i]) return static_cast<scn::Instructions>(i);
  throw scn::InvalidArgument("--instructions: expected automatic, avx512_bf16, avx512, avx2, portable or eigen, got '" +
                             text + "'");
}

}  // namespace detail

/// Takes --workload, --channels, --threads and --instructions out of the arguments, each followed by its value or by
/// `=` and its value, and leaves the others. Throws scn::InvalidArgument for a value that makes no sense.
inline Options take_options(std::vector<std::string>& arguments) {
  Options options;
  std::vector<std::string> others;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const std::size_t equals = std::min(argument.find('='), argument.size());
    const std::string option = argument.substr(0, equals);
    if (option != "--workload" && option != "--channels" && option != "--threads" && option != "--instructions") {
      others.push_back(argument);
      continue;
    }
    scn::require(equals < argument.size() || i + 1 < arguments.size(), option, ": expected a value");
    const std::string value = equals < argument.size() ? argument.substr(equals + 1) : arguments[++i];
    if (option == "--workload")
      for (std::string& name : detail::split(value)) options.workloads.push_back(std::move(name));
    else if (option == "--channels")
      options.channels = detail::positive_numbers(option, value);
    else if (option == "--threads")
      options.threads = detail::positive_numbers(option, value);
    else
      options.instructions = detail::instructions(value);
  }
  arguments = std::move(others);
  return options;
}

}  // namespace suite
