// A choice between two numbers that vectors can make: without a branch.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <type_traits>

namespace scn {

/// `yes` where the condition holds, else `no`, bit by bit. Compilers turn `?:` into a branch where one side is
/// computed, because the computation might trap, and a loop with a branch is not vectorised.
template <class T>
constexpr T select(bool condition, T yes, T no) {
  if constexpr (std::same_as<T, float> || std::same_as<T, double>) {
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    const Bits mask = Bits{0} - static_cast<Bits>(condition);
    return std::bit_cast<T>((std::bit_cast<Bits>(yes) & mask) | (std::bit_cast<Bits>(no) & ~mask));
  } else {
    return condition ? yes : no;
  }
}

}  // namespace scn
