// Finding SIZE/STRIDE in a sentence.
#include "golden_runner/scale_steps.hpp"

#include <regex>

#include "golden_runner/case.hpp"

namespace golden {

namespace {

std::vector<int> numbers_in(const std::string& text) {
  static const std::regex number("[0-9]+");
  std::vector<int> numbers;
  for (std::sregex_iterator at(text.begin(), text.end(), number), end; at != end; ++at)
    numbers.push_back(std::stoi(at->str()));
  return numbers;
}

}  // namespace

std::vector<ScaleStep> scale_steps(const std::string& words) {
  static const std::regex step("([0-9]+|\\([0-9, ]+\\))/([0-9]+|\\([0-9, ]+\\)) ([^,]*)");
  std::vector<ScaleStep> steps;
  for (std::sregex_iterator at(words.begin(), words.end(), step), end; at != end; ++at)
    steps.push_back({numbers_in((*at)[1]), numbers_in((*at)[2]), (*at)[3].str().find("convolution") == 0});
  if (steps.empty()) throw Skipped("the notes do not say by which steps the scales are made");
  return steps;
}

}  // namespace golden
