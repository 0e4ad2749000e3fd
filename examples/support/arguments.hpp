// Command-line options of the examples.
#pragma once

#include <charconv>
#include <cmath>
#include <concepts>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "scn/core/error.hpp"

namespace support {

/// The command line does not fit the options; what() names the word at fault.
class UsageError : public scn::Error {
 public:
  using scn::Error::Error;
};

template <class T>
concept Numeric = (std::integral<T> && !std::same_as<T, bool>) || std::floating_point<T>;

/// Reads `text`, all of it, as a finite number that Number can hold; the message of the error names `option`.
template <Numeric Number>
Number parse_number(const std::string& option, std::string_view text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  scn::require<UsageError>(error != std::errc::result_out_of_range, option, ": ", text, " is out of range");
  bool fits = error == std::errc{} && stop == end;
  if constexpr (std::floating_point<Number>) fits = fits && std::isfinite(number);
  const std::string_view expected = std::floating_point<Number>    ? "a number"
                                    : std::signed_integral<Number> ? "a whole number"
                                                                   : "a whole number of at least 0";
  scn::require<UsageError>(fits, option, " expects ", expected, ", got \"", text, "\"");
  return number;
}

/// The options of one program. Each is tied to a variable, whose value beforehand is the default.
class Arguments {
 public:
  explicit Arguments(std::string summary) : summary_(std::move(summary)) {}

  /// An option with a value: --seed 1.
  template <Numeric Number>
  void add(const std::string& name, Number& number, const std::string& help) {
    char text[40];
    char* const end = std::to_chars(text, text + sizeof text, number).ptr;
    options_.push_back({name, true, help + " (default " + std::string(text, end) + ")",
                        [&number, name](std::string_view value) { number = parse_number<Number>(name, value); }});
  }
  void add(const std::string& name, std::string& text, const std::string& help) {
    options_.push_back({name, true, help + (text.empty() ? "" : " (default " + text + ")"),
                        [&text](std::string_view value) { text = value; }});
  }
  /// An option without a value: it is true if the option is given.
  void add(const std::string& name, bool& given, const std::string& help) {
    options_.push_back({name, false, help, [&given](std::string_view) { given = true; }});
  }

  /// Stores the words after the program's name in the variables; returns false if --help is among the options.
  /// Throws UsageError for an unknown option, a missing value and a bad number.
  bool parse(const std::vector<std::string>& words) const {
    for (std::size_t at = 0; at < words.size(); ++at) {
      if (words[at] == "--help") return false;
      const Option& option = find(words[at]);
      scn::require<UsageError>(!option.has_value || at + 1 < words.size(), option.name, " expects a value");
      option.store(option.has_value ? std::string_view(words[++at]) : std::string_view());
    }
    return true;
  }

  /// parse() for main: --help prints the options and ends the program, a mistake is told and ends it with exit code 2.
  void parse_or_exit(int count, const char* const* words) const {
    try {
      if (parse({words + (count > 0 ? 1 : 0), words + count})) return;
      std::fputs(help().c_str(), stdout);
      std::exit(EXIT_SUCCESS);
    } catch (const UsageError& error) {
      std::fprintf(stderr, "%s\nTry --help.\n", error.what());
      std::exit(2);
    }
  }

  std::string help() const {
    std::string text = summary_ + "\n\n";
    for (const Option& option : options_) text += line(option.name + (option.has_value ? " VALUE" : ""), option.help);
    return text + line("--help", "show this text");
  }

 private:
  struct Option {
    std::string name;
    bool has_value;
    std::string help;
    std::function<void(std::string_view)> store;
  };

  const Option& find(const std::string& name) const {
    for (const Option& option : options_)
      if (option.name == name) return option;
    throw UsageError("unknown option " + name);
  }
  static std::string line(std::string name, const std::string& help) {
    name.resize(name.size() < 20 ? 20 : name.size() + 1, ' ');
    return "  " + name + help + "\n";
  }

  std::string summary_;
  std::vector<Option> options_;
};

}  // namespace support
