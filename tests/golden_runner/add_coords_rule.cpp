// Coordinates on an axis of one site.
#include <algorithm>
#include <cmath>

#include "golden_runner/mended.hpp"

namespace golden {

namespace {

class OneSiteAxes : public Expectation {
 public:
  explicit OneSiteAxes(const Subject& subject) : Expectation(subject) {}

  void outputs(const Numbers& ours) override {
    Numbers expected = stored_.reals(stored_.has("f64/out_features") ? "f64/out_features" : "out_features");
    const auto columns = static_cast<std::size_t>(stored_.shape("out_features").at(1));
    const std::vector<std::int64_t> size = stored_.whole_numbers("spatial_size");
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const std::size_t column = i % columns, coordinates = columns - size.size();
      if (column < coordinates || size[column - coordinates] != 1) continue;
      stored_.check(std::isnan(expected[i]), "out_features: the reference divides by 0 on an axis of one site");
      expected[i] = 0;
    }
    stored_.compare_mended("out_features", expected, ours, Kind::output);
  }
};

}  // namespace

std::unique_ptr<Expectation> add_coords_rule(const Subject& subject) {
  if (subject.node.type() != "AddCoords" || !subject.stored.has("spatial_size")) return nullptr;
  const std::vector<std::int64_t> size = subject.stored.whole_numbers("spatial_size");
  return std::ranges::find(size, 1) == size.end() ? nullptr : std::make_unique<OneSiteAxes>(subject);
}

}  // namespace golden
