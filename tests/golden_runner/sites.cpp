// Matching of rows, and comparison of rules, on plain coordinates.
#include "golden_runner/sites.hpp"

#include <algorithm>
#include <iterator>

namespace golden {

std::string to_string(const Coordinates& coordinates) {
  std::string text = "site (";
  for (std::size_t axis = 0; axis + 1 < coordinates.size(); ++axis)
    text += (axis > 0 ? ", " : "") + std::to_string(coordinates[axis]);
  return text + ") of sample " + std::to_string(coordinates.back());
}

bool inside(const Coordinates& coordinates, const std::vector<std::int64_t>& size) {
  for (std::size_t axis = 0; axis < size.size(); ++axis)
    if (coordinates[axis] < 0 || coordinates[axis] >= size[axis]) return false;
  return true;
}

std::vector<double> RowMatch::to_file(const std::vector<double>& rows, std::int64_t channels) const {
  std::vector<double> result;
  for (const std::int64_t row : ours) {
    if (row < 0) continue;  // already noted; the count will not fit
    const auto begin = rows.begin() + row * channels;
    result.insert(result.end(), begin, begin + channels);
  }
  return result;
}

std::vector<double> RowMatch::from_file(const std::vector<double>& rows, std::int64_t channels) const {
  scn::require<scn::FormatError>(static_cast<std::int64_t>(rows.size()) == std::ssize(ours) * channels, "expected ",
                                 ours.size(), " x ", channels, " numbers, got ", rows.size());
  std::vector<double> result(stored.size() * static_cast<std::size_t>(channels));
  for (std::size_t row = 0; row < stored.size(); ++row)
    if (stored[row] >= 0)
      std::copy_n(rows.begin() + stored[row] * channels, channels,
                  result.begin() + static_cast<std::int64_t>(row) * channels);
  return result;
}

RowMatch match_rows(Case& stored, const std::string& name, const std::vector<Coordinates>& file,
                    const std::vector<Coordinates>& ours, const std::vector<std::int64_t>* clip) {
  std::map<Coordinates, std::int64_t> row_in_file;
  for (std::size_t row = 0; row < file.size(); ++row) row_in_file.emplace(file[row], static_cast<std::int64_t>(row));
  stored.check(row_in_file.size() == file.size(), name + ": the file has a site twice");
  RowMatch match{std::vector<std::int64_t>(file.size(), -1), {}};
  for (std::size_t row = 0; row < ours.size(); ++row) {
    const auto found = row_in_file.find(ours[row]);
    match.stored.push_back(found == row_in_file.end() ? -1 : found->second);
    if (found != row_in_file.end())
      match.ours[static_cast<std::size_t>(found->second)] = static_cast<std::int64_t>(row);
    else
      stored.check(clip != nullptr && !inside(ours[row], *clip),
                   name + ": " + to_string(ours[row]) + " of the library is not in the file");
  }
  for (std::size_t row = 0; row < file.size(); ++row)
    stored.check(match.ours[row] >= 0, name + ": " + to_string(file[row]) + " is missing in the library's result");
  return match;
}

std::vector<SiteRule> stored_rules(Case& stored, const std::vector<Coordinates>& in,
                                   const std::vector<Coordinates>& out) {
  const std::vector<std::int64_t> flat = stored.whole_numbers("rules");
  std::vector<SiteRule> rules;
  for (std::size_t i = 0; i + 2 < flat.size(); i += 3) {
    scn::require<scn::FormatError>(
        flat[i + 1] >= 0 && flat[i + 1] < std::ssize(in) && flat[i + 2] >= 0 && flat[i + 2] < std::ssize(out),
        "rules: rule ", i / 3, " names rows that do not exist");
    rules.push_back({flat[i], {in[static_cast<std::size_t>(flat[i + 1])], out[static_cast<std::size_t>(flat[i + 2])]}});
  }
  return rules;
}

void compare_rules(Case& stored, std::vector<SiteRule> expected, std::vector<SiteRule> ours) {
  std::sort(expected.begin(), expected.end());
  std::sort(ours.begin(), ours.end());
  const auto text = [](const SiteRule& rule) {
    return "tap " + std::to_string(rule.first) + " from " + to_string(rule.second.first) + " to " +
           to_string(rule.second.second);
  };
  std::vector<SiteRule> missing, extra;
  std::set_difference(expected.begin(), expected.end(), ours.begin(), ours.end(), std::back_inserter(missing));
  std::set_difference(ours.begin(), ours.end(), expected.begin(), expected.end(), std::back_inserter(extra));
  stored.check(
      missing.empty(),
      missing.empty() ? "" : scn::message("rules: ", missing.size(), " missing, the first ", text(missing.front())));
  stored.check(
      extra.empty(),
      extra.empty() ? "" : scn::message("rules: ", extra.size(), " too many, the first ", text(extra.front())));
}

}  // namespace golden
