// One stored case: its metadata, its arrays, and the verdict on what was compared with them.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "scn/autograd/layer_log.hpp"
#include "scn/io/safetensors.hpp"

namespace golden {

/// The case needs something that the library does not have; what() is the reason.
class Skipped : public scn::Error {
 public:
  using scn::Error::Error;
};

/// D coordinates, then the sample.
using Coordinates = std::vector<std::int64_t>;

/// What a compared array is; the allowed deviation depends on it.
enum class Kind { output, gradient, loss, state };

/// One run of a case in one precision. Remembers which arrays were read or compared, and what did not fit.
class Case {
 public:
  Case(const scn::SafetensorsFile& file, bool double_precision);

  std::string text(const std::string& key, const std::string& fallback) const;
  std::int64_t integer(const std::string& key, std::int64_t fallback) const;
  double real(const std::string& key, double fallback) const;
  std::vector<std::int64_t> integers(const std::string& key, std::vector<std::int64_t> fallback) const;
  bool training() const { return integer("training", 1) != 0; }
  std::string op() const { return text("op", "a case without an operation"); }
  bool is_network() const { return !text("network", "").empty(); }
  bool is_double() const { return double_precision_; }

  bool has(const std::string& array) const { return file_->contains(array); }
  const std::vector<std::int64_t>& shape(const std::string& array) const { return file_->tensor(array).shape; }
  /// Arrays that say what is to be run; reading them here counts as using them.
  std::vector<double> reals(const std::string& array);
  std::vector<std::int64_t> whole_numbers(const std::string& array);
  /// Rows of sites or points; without a sample column all belong to sample 0.
  std::vector<Coordinates> coordinates(const std::string& array, std::int64_t dimension);

  /// The largest magnitude in an array, 0 for one that is not there; does not count as using it.
  double magnitude(const std::string& array) const;
  /// That of all gradients of the file together.
  double gradient_magnitude() const;
  /// The allowed deviation in units of an array's largest magnitude.
  double tolerance(Kind kind) const { return allowed(kind, double_precision_); }

  /// Compares with `array` and, where it is stored, `f64/array`: all elements, each once. `scale` replaces the largest
  /// magnitude of the array where that is smaller; `loosening` multiplies what is allowed.
  void compare(const std::string& array, const std::vector<double>& ours, Kind kind, double scale = 0,
               double loosening = 1);
  /// Compares with what a mended rule gives in place of `array`, whose shape alone still has to fit.
  void compare_mended(const std::string& array, const std::vector<double>& expected, const std::vector<double>& ours,
                      Kind kind, double scale = 0, double loosening = 1);
  void compare_integers(const std::string& array, const std::vector<std::int64_t>& ours);
  /// With the reference's counters, where the case has them.
  void compare_counts(const scn::Counts& ours);
  /// Counts as a comparison: fails with the message unless ok.
  void check(bool ok, const std::string& message);

  void use(const std::string& array) { used_.insert(array); }
  /// What did not fit, arrays and counters that were not used and a case without any comparison included.
  std::vector<std::string> verdict() const;

 private:
  double allowed(Kind kind, bool double_precision) const;
  void compare_values(const std::string& array, const std::vector<double>& expected, const std::vector<double>& ours,
                      double limit, std::int64_t columns);

  const scn::SafetensorsFile* file_;
  bool double_precision_;
  int comparisons_ = 0;
  bool counted_ = false;
  std::set<std::string> used_;
  std::vector<std::string> failures_;
};

/// Runs the case on a device of that type, which has the precision of the case; throws Skipped. Instantiated for each
/// device in a file of its own.
template <int D, class Dev>
void run_case(Case& stored);

}  // namespace golden
