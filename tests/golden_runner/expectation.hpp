// What the results of a layer or network are compared with: the stored arrays, or what a mended rule makes of them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "golden_runner/case.hpp"
#include "golden_runner/node.hpp"
#include "golden_runner/sites.hpp"

namespace golden {

/// A case of a layer or network: what is run, and the sites of its rows in the file.
struct Subject {
  Case& stored;
  Node node;
  std::vector<Coordinates> in, out;
};

/// The stored arrays themselves. Mended rules derive from it. Rows are in the order of the file.
class Expectation {
 public:
  using Numbers = std::vector<double>;

  explicit Expectation(const Subject& subject);
  virtual ~Expectation() = default;

  virtual void outputs(const Numbers& ours) { compare("out_features", ours, Kind::output); }
  virtual void input_gradient(const Numbers& ours) { compare("grad_in", ours, Kind::gradient); }
  virtual void gradient(const std::string& parameter, const Numbers& ours);
  /// A statistic that the pass changed.
  virtual void state(const std::string& parameter, const Numbers& ours);
  virtual void rules(const std::vector<SiteRule>& ours) {
    compare_rules(stored_, stored_rules(stored_, subject_.in, subject_.out), ours);
  }
  /// `layers` are the rows of the pass within containers.
  virtual void counts(const scn::Counts& ours, const std::vector<scn::LayerRow>&) { stored_.compare_counts(ours); }
  /// `outputs()` of another pass, for what a single draw says too little about.
  virtual void again(const std::function<Numbers()>&) {}

 protected:
  /// Whether it is the variance of one row, which the reference does not have.
  bool divides_by_zero(const std::string& parameter) const;
  void compare(const std::string& array, const Numbers& ours, Kind kind) {
    stored_.compare(array, ours, kind, 0, loosening_);
  }

  Subject subject_;
  Case& stored_;

 private:
  double loosening_ = 1;
};

/// What holds for this case.
std::unique_ptr<Expectation> expectation_of(const Subject& subject);

}  // namespace golden
