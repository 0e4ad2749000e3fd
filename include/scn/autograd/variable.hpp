// A matrix and its gradient behind one shared handle.
#pragma once

#include <memory>
#include <utility>

#include "scn/core/matrix.hpp"

namespace scn {

/// Where a backward step puts its contribution: the first one assigns, later ones add.
template <Device Dev, class T>
struct Contribution {
  Matrix<Dev, T>& to;
  Write write;
};

/// Copies of a variable share value and gradient. Methods are const: the handle does not change, what it names may.
template <Device Dev, class T>
class Variable {
 public:
  Variable() = default;
  explicit Variable(Matrix<Dev, T> value, bool needs_gradient = false)
      : node_(make_node(value.device(), std::move(value), needs_gradient)) {}

  Dev& device() const { return node_->value.device(); }
  Rows rows() const { return node_->value.rows(); }
  std::int64_t channels() const { return node_->value.channels(); }
  Matrix<Dev, T>& value() const { return node_->value; }

  /// A variable that needs no gradient gets none computed: inputs of a network, frozen parameters.
  bool needs_gradient() const { return node_->needs_gradient; }
  void set_needs_gradient(bool needs) const { node_->needs_gradient = needs; }

  /// False until a backward pass has contributed, and after clear_gradient().
  bool has_gradient() const { return node_->has_gradient; }
  const Matrix<Dev, T>& gradient() const { return node_->gradient; }
  void clear_gradient() const { node_->has_gradient = false; }

  Contribution<Dev, T> contribute() const {
    if (node_->has_gradient) return {node_->gradient, Write::add};
    if (node_->gradient.rows().bound != rows().bound || node_->gradient.channels() != channels() ||
        rows().bound == 0)  // one that was never made has no device
      node_->gradient = Matrix<Dev, T>(device(), rows().bound, channels());
    node_->has_gradient = true;
    return {node_->gradient, Write::assign};
  }

  /// Identity, not value: two handles of one variable.
  bool same(const Variable& other) const { return node_ == other.node_; }
  explicit operator bool() const { return node_ != nullptr; }

 private:
  struct Node {
    Matrix<Dev, T> value;
    Matrix<Dev, T> gradient;
    bool needs_gradient;
    bool has_gradient;
  };
  static std::shared_ptr<Node> make_node(const Dev& device, Matrix<Dev, T>&& value, bool needs_gradient) {
    return make_handle<Node>(device, Node{std::move(value), {}, needs_gradient, false});
  }
  std::shared_ptr<Node> node_;
};

}  // namespace scn
