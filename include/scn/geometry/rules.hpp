// A map between two row sets: which input row meets which output row through which tap.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "scn/core/device.hpp"

namespace scn {

/// One pair of a map. Dev::Rules::pairs() lists them on the host, sorted by (tap, out).
struct Rule {
  std::int32_t tap = 0;
  std::int32_t in = 0;
  std::int32_t out = 0;

  constexpr auto operator<=>(const Rule&) const = default;
};

/// Rules in both directions; the transposed ones are made when somebody first asks, once. A map belongs to the rulebook
/// of one input, and that to one thread.
template <Device Dev>
class Map {
 public:
  Map(Dev& device, typename Dev::Rules rules) : device_(&device), rules_(std::move(rules)) {}

  const typename Dev::Rules& rules() const { return rules_; }

  /// The same pairs with the roles of input and output swapped: the way back, and the gradient's way. O(pairs) once.
  const typename Dev::Rules& transposed() {
    if (!transposed_) transposed_.emplace(transpose(*device_, rules_));
    return *transposed_;
  }

 private:
  Dev* device_;
  typename Dev::Rules rules_;
  std::optional<typename Dev::Rules> transposed_;
};

/// One direction of a map, as a layer uses it.
template <Device Dev>
class MapView {
 public:
  MapView(std::shared_ptr<Map<Dev>> map, bool backwards) : map_(std::move(map)), backwards_(backwards) {}

  const typename Dev::Rules& rules() const { return backwards_ ? map_->transposed() : map_->rules(); }
  const typename Dev::Rules& transposed() const { return backwards_ ? map_->rules() : map_->transposed(); }

 private:
  std::shared_ptr<Map<Dev>> map_;
  bool backwards_;
};

}  // namespace scn
