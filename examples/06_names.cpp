// Tells the language of a surname in one dimension: a site for each letter.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "support/classification.hpp"

namespace {

struct Name {
  std::string letters;  // bytes of UTF-8, those of ASCII in lower case
  std::int32_t language = 0;
};

struct Names {
  std::vector<scn::Site<1>> sites;
  std::vector<float> features;  // a channel for each letter that training has seen, and for beginning and end
  std::vector<std::int32_t> labels;
};

/// One file for each language, one name a line. A name counts once for a language; a tenth is held out.
struct Surnames {
  using Batch = Names;
  std::vector<std::string> languages;
  std::vector<Name> train, test;
  std::map<char, std::size_t> channel;

  explicit Surnames(const std::string& folder) {
    std::set<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      if (entry.path().extension() == ".txt") paths.insert(entry.path());
    std::vector<Name> all;
    for (const auto& path : paths) {
      std::set<std::string> names{""};
      std::string name;
      for (const std::byte byte : scn::read_file(path)) {
        const char letter = char(byte);
        if (letter != '\n') {
          name += letter >= 'A' && letter <= 'Z' ? char(letter - 'A' + 'a') : letter;
        } else {
          if (names.insert(name).second) all.push_back({name, std::int32_t(languages.size())});
          name.clear();
        }
      }
      languages.push_back(path.stem());
    }
    const auto order = scn::shuffled(std::ssize(all), 7, 0);
    for (std::size_t i = 0; i < order.size(); ++i)
      (i < order.size() / 10 ? test : train).push_back(all[std::size_t(order[i])]);
    for (const Name& name : train)
      for (const char letter : name.letters) channel.try_emplace(letter, channel.size() + 2);
  }

  std::size_t channels() const { return channel.size() + 2; }

  void append(Batch& batch, const Name& name, support::Draw = {}) const {
    std::string letters = "\n" + name.letters + "\n";
    for (std::size_t i = 0; i < letters.size(); ++i) {
      batch.sites.push_back({std::int32_t(batch.labels.size()), {std::int32_t(i)}});
      batch.features.resize(batch.features.size() + channels());
      float* const one = &batch.features[batch.features.size() - channels()];
      if (i == 0 || i + 1 == letters.size())
        one[i == 0 ? 0 : 1] = 1;
      else if (const auto known = channel.find(letters[i]); known != channel.end())
        one[known->second] = 1;
    }
    batch.labels.push_back(name.language);
  }
};

}  // namespace

int main(int argc, char** argv) try {
  using namespace scn;
  support::RunSettings settings{.epochs = 14, .batch = 64, .data = SCN_SOURCE_DIR "/data/names", .output = "names"};
  settings.parse_or_exit("Trains a one-dimensional network that tells the language of a surname.", argc, argv);
  Cpu device{.threads = settings.threads, .seed = settings.seed};
  Surnames data(settings.data);
  settings.shorten(data.train);
  settings.shorten(data.test);
  require<IoError>(!data.train.empty(), settings.data, ": expected files of names, one for each language");

  constexpr int width = 192;
  AnySequential<1> net;
  const auto add = [&](std::int64_t in, double dropped) {
    net.add(SubmanifoldConvolution<1>{device, in, width, 3, {.bias = false}}).add(BatchNormReLU{device, width});
    net.add(Dropout{dropped});
  };
  add(std::int64_t(data.channels()), 0.2);
  add(width, 0.5);
  net.add(MaxPooling<1>{device, 3, 2});
  add(width, 0.5);
  const Sequential network{std::move(net), GlobalPooling{Reduction::max},
                           NetworkInNetwork{device, width, std::ssize(data.languages)}};
  const InputLayer<1> input{device};
  const auto sparse = [&](const Names& batch) {
    return input(batch.sites, batch.features, {.samples = std::ssize(batch.labels)});
  };
  support::Classification task{data, network, sparse, std::ssize(data.languages), settings};
  if (!support::run(task, network.parameters(), device, settings)) return 1;
  for (std::size_t i = 0; i < data.languages.size(); ++i)
    if (const auto recall = task.confusion().recall(std::int64_t(i)))
      std::printf("%-12s recall %5.1f %%\n", data.languages[i].c_str(), 100 * *recall);
  std::printf("test accuracy: %.2f %%\n", 100 * task.confusion().accuracy());
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
