// The message of an exception, for comparison with the expected one.
#pragma once

#include <exception>
#include <string>

/// What E said when it left `action`; otherwise what happened instead.
template <class E, class Action>
std::string thrown_message(Action action) {
  try {
    action();
  } catch (const E& error) {
    return error.what();
  } catch (const std::exception& error) {
    return std::string("another exception: ") + error.what();
  }
  return "no exception";
}
