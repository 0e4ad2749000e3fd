// The record of a pass: one closure per layer, run backwards for the gradients.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

#include "scn/autograd/layer_log.hpp"
#include "scn/autograd/variable.hpp"
#include "scn/core/host_pool.hpp"

namespace scn {

/// What a pass does. Gradients in evaluation: training = false. The first pass of a checkpointed section: record =
/// false; its replay: update_statistics = false.
struct Pass {
  bool record = true;
  bool training = true;
  bool update_statistics = true;
};

namespace detail {

/// to(row, c) (+)= from(row, c).
template <class T>
struct AddTo {
  MatrixView<T> to;
  MatrixView<const T> from;
  Write write;
  constexpr void operator()(std::int64_t row, std::int64_t c) const { store(to(row, c), from(row, c), write); }
};

}  // namespace detail

/// Given to layers as `&tape`; a layer called without one infers and keeps nothing. Belongs to one thread.
class Tape {
 public:
  /// With a log, layers write down what they do. Steps take their memory from the heap.
  explicit Tape(Pass pass = {}, LayerLog* log = nullptr) : pass_(pass), log_(log) {}

  /// Steps take their memory from the device's pool, where they find that of the steps before them.
  template <Device Dev>
  explicit Tape(const Dev& device, Pass pass = {}, LayerLog* log = nullptr)
      : pass_(pass), log_(log), steps_(host_allocator<StepPointer>(device)) {}

  /// For the second pass of a section: its draws are those that the first one made, in order.
  Tape(Pass pass, std::vector<std::uint64_t> draws) : pass_(pass), replays_(true), draws_(std::move(draws)) {}

  /// For the first pass of a section that is computed again later: keeps no steps, draws through this tape, which has
  /// to outlive it, and remembers the draws.
  Tape section() {
    Tape tape({false, pass_.training, pass_.update_statistics}, log_);
    tape.outer_ = this;
    return tape;
  }

  const Pass& pass() const { return pass_; }
  LayerLog* log() const { return log_; }

  /// The number of the next request for random numbers of this pass. Throws InvalidArgument when a second pass asks for
  /// more than the first one did.
  template <Device Dev>
  std::uint64_t draw(Dev& device) {
    if (replays_) {
      require(next_ < draws_.size(),
              "Tape: a section asks for more random numbers than in its first "
              "pass, which made ",
              draws_.size(), " draws");
      return draws_[next_++];
    }
    if (outer_ == nullptr) return device.next_draw();
    return draws_.emplace_back(outer_->draw(device));
  }

  /// The draws that a section has made, or that its second pass repeats.
  const std::vector<std::uint64_t>& draws() const { return draws_; }

  /// Keeps step() for backward(). Steps are destroyed as soon as they have run, and what they hold with them.
  template <class F>
  void record(F step) {
    const PoolAllocator<Recorded<F>> memory(steps_.get_allocator());
    steps_.push_back(std::allocate_shared<Recorded<F>>(memory, std::move(step)));
  }

  std::int64_t size() const { return static_cast<std::int64_t>(steps_.size()); }

  /// Gradients of scale * loss, a 1 x 1 variable, added to every variable that led to it and needs one.
  template <Device Dev, class T>
  void backward(const Variable<Dev, T>& loss, double scale = 1) {
    backward({loss}, scale);
  }

  /// Gradients of the sum of several losses, as of a result and of a mask that an auxiliary loss is for.
  template <Device Dev, class T>
  void backward(std::initializer_list<Variable<Dev, T>> losses, double scale = 1) {
    for (const Variable<Dev, T>& loss : losses) require_loss(loss);
    for (const Variable<Dev, T>& loss : losses) contribute(loss, seed_of(loss, scale));
    run();
  }

  /// The same from the gradient of any variable, of its shape.
  template <Device Dev, class T>
  void backward(const Variable<Dev, T>& variable, const Matrix<Dev, T>& gradient) {
    require(gradient.rows().bound == variable.rows().bound && gradient.channels() == variable.channels(),
            "Tape: the gradient is ", gradient.rows().bound, " x ", gradient.channels(), ", the variable ",
            variable.rows().bound, " x ", variable.channels());
    contribute(variable, gradient);
    run();
  }

  /// to (+)= from, of one shape.
  template <Device Dev, class T>
  static void add_to(Matrix<Dev, T>& to, const Matrix<Dev, T>& from, Write write) {
    parallel_for(to.device(), to.rows(), to.channels(), detail::AddTo<T>{to.view(), from.view(), write});
  }

 private:
  struct Step {
    virtual ~Step() = default;
    virtual void run() = 0;
  };
  using StepPointer = std::shared_ptr<Step>;
  template <class F>
  struct Recorded final : Step {
    explicit Recorded(F step_) : step(std::move(step_)) {}
    void run() override { step(); }
    F step;
  };

  template <Device Dev, class T>
  static void require_loss(const Variable<Dev, T>& loss) {
    require(loss.rows().bound == 1 && loss.channels() == 1, "Tape: a loss is 1 x 1, got ", loss.rows().bound, " x ",
            loss.channels(), "; for other variables give the gradient too");
  }
  template <Device Dev, class T>
  static Matrix<Dev, T> seed_of(const Variable<Dev, T>& loss, double scale) {
    const T seed[] = {static_cast<T>(scale)};
    return Matrix<Dev, T>::from_host(loss.device(), 1, 1, std::span<const T>(seed));
  }
  template <Device Dev, class T>
  static void contribute(const Variable<Dev, T>& variable, const Matrix<Dev, T>& gradient) {
    if (!variable.needs_gradient()) return;
    const auto [to, write] = variable.contribute();
    add_to(to, gradient, write);
  }
  void run() {
    while (!steps_.empty()) {
      const StepPointer step = std::move(steps_.back());
      steps_.pop_back();
      step->run();
    }
  }

  Pass pass_;
  LayerLog* log_ = nullptr;
  Tape* outer_ = nullptr;  // of a section
  bool replays_ = false;
  std::vector<std::uint64_t> draws_;
  std::size_t next_ = 0;
  HostVector<StepPointer> steps_;
};

/// Whether this call trains: batch statistics, dropout.
inline bool is_training(const Tape* tape) { return tape != nullptr && tape->pass().training; }

/// Whether a layer has to record a step: a recording tape, and something that needs a gradient.
inline bool is_recording(const Tape* tape, bool needs_gradient) {
  return tape != nullptr && tape->pass().record && needs_gradient;
}

}  // namespace scn
