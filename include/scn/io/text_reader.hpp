// Lines, words and numbers of the text in a file, with the line in every message.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "scn/core/error.hpp"

namespace scn::detail {

/// A name from a file as it may stand in a message: short, without control characters.
inline std::string printable(std::string_view name) {
  constexpr std::size_t longest = 120;
  std::string text = "'";
  for (const char c : name.substr(0, longest)) text += static_cast<unsigned char>(c) < 32 || c == 127 ? '?' : c;
  return text += name.size() > longest ? "...'" : "'";
}

/// Reads the bytes of a file from its beginning; they stay the caller's.
class TextReader {
 public:
  TextReader(std::span<const std::byte> bytes, std::string file)
      : text_(reinterpret_cast<const char*>(bytes.data()), bytes.size()), file_(std::move(file)) {}

  std::size_t position() const { return at_; }
  std::int64_t line_number() const { return line_; }
  bool at_end() const { return at_ == text_.size(); }

  /// The next line without its end ("\n" or "\r\n"). FormatError at the end of the file.
  std::string_view line() {
    if (at_end()) fail("expected another line, got the end of the file");
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    std::string_view result = text_.substr(at_, end - at_);
    at_ = std::min(end + 1, text_.size());
    ++line_;
    if (result.ends_with('\r')) result.remove_suffix(1);
    return result;
  }

  /// The words of the next line.
  std::vector<std::string_view> words() { return split(line()); }

  static std::vector<std::string_view> split(std::string_view line) {
    std::vector<std::string_view> words;
    constexpr std::string_view blank = " \t";
    for (std::size_t at = line.find_first_not_of(blank); at != std::string_view::npos;) {
      const std::size_t end = std::min(line.find_first_of(blank, at), line.size());
      words.push_back(line.substr(at, end - at));
      at = line.find_first_not_of(blank, end);
    }
    return words;
  }

  /// FormatError if a name is in the list already, or 1,024 others are.
  template <class Named>
  void require_new(const std::vector<Named>& list, std::string_view name) const {
    if (list.size() == 1024) fail("expected at most 1024 fields of a point, got more");
    for (const Named& known : list)
      if (known.name == name) fail("two fields are called ", printable(name));
  }

  /// A whole number from `lowest` on.
  std::int64_t whole(std::string_view word, std::int64_t lowest = 0) const {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc() || end != word.data() + word.size() || value < lowest)
      fail("expected a whole number of at least ", lowest, ", got ", printable(word));
    return value;
  }

  /// A real number; "nan" and "inf" are among them.
  double real(std::string_view word) const {
    double value = 0;
    const std::string_view digits = word.starts_with('+') ? word.substr(1) : word;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if ((error != std::errc() && error != std::errc::result_out_of_range) || end != digits.data() + digits.size())
      fail("expected a number, got ", printable(word));
    return value;
  }

  /// FormatError for the line that was read last.
  template <class... Parts>
  [[noreturn]] void fail(const Parts&... parts) const {
    throw FormatError(message(file_, ", line ", line_, ": ", parts...));
  }

 private:
  std::string_view text_;
  std::string file_;
  std::size_t at_ = 0;
  std::int64_t line_ = 0;
};

}  // namespace scn::detail
