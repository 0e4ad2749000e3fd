// What a checkpoint says about a training run: names and texts, numbers exact to the bit.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "scn/core/error.hpp"

namespace scn {

using RunNotes = std::map<std::string, std::string>;

/// All digits, as a hexadecimal number.
inline std::string exact_text(double number) {
  char text[40];
  std::snprintf(text, sizeof text, "%a", number);
  return text;
}

/// The note of that name. Throws FormatError if there is none.
inline const std::string& note_of(const RunNotes& notes, const std::string& name) {
  const auto found = notes.find(name);
  require<FormatError>(found != notes.end(), "the checkpoint does not say \"", name, "\"");
  return found->second;
}

/// The note as a number, decimal or hexadecimal. Throws FormatError if it is none.
inline double number_of(const RunNotes& notes, const std::string& name) {
  const std::string& text = note_of(notes, name);
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  require<FormatError>(!text.empty() && end == text.c_str() + text.size(), "the checkpoint's \"", name,
                       "\" is no number: \"", text, "\"");
  return value;
}

/// The note as a count, which is exact in a double. Throws FormatError if it is none.
inline std::int64_t integer_of(const RunNotes& notes, const std::string& name) {
  const double value = number_of(notes, name);
  require<FormatError>(value >= 0 && value < 0x1p53 && value == std::floor(value), "the checkpoint's \"", name,
                       "\" is no count: \"", note_of(notes, name), "\"");
  return static_cast<std::int64_t>(value);
}

}  // namespace scn
