// The exceptions of the library, and require(), which checks a caller's argument.
#pragma once

#include <concepts>
#include <stdexcept>
#include <string>
#include <string_view>

namespace scn {

/// Base of everything the library throws on purpose; what() is one sentence for the caller.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An argument does not fit: the message names the layer, what it expected and what it got.
class InvalidArgument : public Error {
 public:
  using Error::Error;
};

/// A count passes what the index types or the caller's limits allow.
class LimitExceeded : public Error {
 public:
  using Error::Error;
};

/// The bytes of a file are not what its format says.
class FormatError : public Error {
 public:
  using Error::Error;
};

/// The operating system refused to open, read, write or rename a file.
class IoError : public Error {
 public:
  using Error::Error;
};

namespace detail {

inline void append(std::string& text, std::string_view part) { text += part; }

template <class Number>
requires std::integral<Number> || std::floating_point<Number>
void append(std::string& text, Number part) { text += std::to_string(part); }

/// A name() that is only asked for when a message is made.
template <std::invocable Name>
void append(std::string& text, const Name& name) {
  text += name();
}

}  // namespace detail

/// Joins strings, numbers and functions that give strings into one message: message("expected ", 16, " channels").
template <class... Parts>
std::string message(const Parts&... parts) {
  std::string text;
  (detail::append(text, parts), ...);
  return text;
}

/// Throws E with the joined message unless ok; the message is only built on failure.
template <class E = InvalidArgument, class... Parts>
void require(bool ok, const Parts&... parts) {
  if (!ok) throw E(message(parts...));
}

/// Runs step() and puts `layer`, a string or a function that gives one, in front of what it complains about:
/// "Deconvolution<3>: ...".
template <class Name, class Step>
auto in_layer(const Name& layer, const Step& step) {
  try {
    return step();
  } catch (const LimitExceeded& error) {
    throw LimitExceeded(message(layer, ": ", error.what()));
  } catch (const InvalidArgument& error) {
    throw InvalidArgument(message(layer, ": ", error.what()));
  }
}

}  // namespace scn
