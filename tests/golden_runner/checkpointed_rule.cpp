// Sections that the reference computes twice, as if it had computed them once.
#include <algorithm>

#include "golden_runner/mended.hpp"

namespace golden {

namespace {

bool is_checkpointed(const Node& root, const std::string& name) {
  return std::ranges::any_of(path_to(root, name),
                             [](const Node& node) { return node.type() == "CheckpointedSequential"; });
}

class Checkpointed : public Expectation {
 public:
  explicit Checkpointed(const Subject& subject) : Expectation(subject) {}

  void state(const std::string& parameter, const Numbers& ours) override {
    if (!is_checkpointed(subject_.node, parameter) || divides_by_zero(parameter))
      return Expectation::state(parameter, ours);
    // Once is m r + (1 - m) b, with r before and b of the batch; twice is m (m r + (1 - m) b) + (1 - m) b.
    const double m = momentum_of(subject_, parameter);
    const Numbers before = stored_.reals(parameter);
    Numbers twice = ours;
    for (std::size_t i = 0; i < ours.size(); ++i) twice[i] = m * ours[i] + ours[i] - m * before.at(i);
    Expectation::state(parameter, twice);
  }

  void counts(const scn::Counts& ours, const std::vector<scn::LayerRow>& layers) override {
    scn::Counts twice = ours;
    for (const scn::LayerRow& layer : layers)
      if (is_checkpointed(subject_.node, layer.path + ".")) twice += layer.counts;
    stored_.compare_counts(twice);
  }
};

/// Whether there is such a section in it.
bool contains_section(const Node& node) {
  if (node.type() == "CheckpointedSequential") return true;
  for (const char* name : {"layers", "branches"})
    if (std::ranges::any_of(node.children(name), contains_section)) return true;
  return false;
}

}  // namespace

std::unique_ptr<Expectation> checkpointed_rule(const Subject& subject) {
  const bool computed_again = subject.stored.has("grad_out") && !subject.in.empty();
  return computed_again && contains_section(subject.node) ? std::make_unique<Checkpointed>(subject) : nullptr;
}

}  // namespace golden
