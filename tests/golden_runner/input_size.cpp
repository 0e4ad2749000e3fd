// Reading of the table's lines, and the arithmetic of the mended ones.
#include "golden_runner/input_size.hpp"

#include <nlohmann/json.hpp>
#include <sstream>

namespace golden {

namespace {

using Json = nlohmann::json;

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, at);) parts.push_back(part);
  return parts;
}

/// "3" or "(3,2)".
Json sizes(const std::string& text) {
  Json list = Json::array();
  for (const std::string& part : split(text.front() == '(' ? text.substr(1, text.size() - 2) : text, ','))
    list.push_back(std::stoi(part));
  return list;
}

void set_window(Json& node, const std::string& text) {
  const std::vector<std::string> parts = split(text, '/');
  node["filter_size"] = sizes(parts.at(0));
  if (parts.size() > 1) node["filter_stride"] = sizes(parts.at(1));
}

/// "C8", "MP3/2" or "C3/2".
Json vgg_step(const std::string& text) {
  const std::vector<std::string> parts = split(text, '/');
  if (text.starts_with("MP")) {
    if (parts.size() < 2) return "MP";
    return Json::array({"MP", std::stoi(parts.at(0).substr(2)), std::stoi(parts.at(1))});
  }
  if (parts.size() > 1) return text;
  return Json::array({"C", std::stoi(text.substr(1))});
}

/// "b8x2/1": 8 channels, 2 repetitions, stride 1.
Json resnet_group(const std::string& text) {
  const std::size_t repetitions = text.find('x'), stride = text.find('/');
  return Json::array({"b", std::stoi(text.substr(1, repetitions - 1)), std::stoi(text.substr(repetitions + 1)),
                      std::stoi(text.substr(stride + 1))});
}

/// "Convolution (3,2)/(2,1)", "SparseVggNet C8 MP3/2", "UNet 1 [4,8,12]": a type, then its window, steps or planes.
Json read_layer(const std::string& layer) {
  const std::vector<std::string> words = split(layer, ' ');
  const std::string& type = words.at(0);
  Json node{{"type", type}, {"in_channels", 4}};
  if (type == "SparseVggNet" || type == "SparseResNet") {
    node["layers"] = Json::array();
    for (std::size_t i = 1; i < words.size(); ++i)
      node["layers"].push_back(type == "SparseVggNet" ? vgg_step(words[i]) : resnet_group(words[i]));
  } else if (type == "UNet" || type == "FullyConvolutionalNet") {
    node["reps"] = std::stoi(words.at(1));
    node["planes"] = Json::parse(words.at(2));
  } else if (words.size() > 1) {
    set_window(node, words[1]);
  }
  return node;
}

std::vector<std::int64_t> integers(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::int64_t> values;
  for (std::int64_t value = 0; stream >> value;) values.push_back(value);
  return values;
}

/// The extent that size/stride makes of `extent`, or nothing if it does not divide without a remainder.
std::vector<std::int64_t> reduced(std::vector<std::int64_t> extent, const Json& size, const Json& stride) {
  for (std::size_t axis = 0; axis < extent.size(); ++axis) {
    const auto f = size.at(size.size() == 1 ? 0 : axis).get<std::int64_t>();
    const auto s = stride.at(stride.size() == 1 ? 0 : axis).get<std::int64_t>();
    if (extent[axis] < f || (extent[axis] - f) % s != 0) return {};
    extent[axis] = (extent[axis] - f) / s + 1;
  }
  return extent;
}

}  // namespace

std::vector<InputSizeRow> input_size_rows(const std::string& table) {
  std::vector<InputSizeRow> rows;
  for (const std::string& line : split(table, '\n')) {
    const std::vector<std::string> cells = split(line, '\t');
    if (cells.size() != 3 || cells[0] == "layer") continue;
    const Json node = read_layer(cells[0]);
    InputSizeRow row{cells[0], Node::parse(node.dump()), integers(cells[1]),
                     integers(cells[2].substr(cells[2].find(' ') + 1))};
    const std::string type = row.node.type();
    if (type == "Deconvolution" || type == "FullConvolution" || type == "TransposeConvolution" || type == "UnPooling") {
      row.in = reduced(row.out, node.at("filter_size"), node.at("filter_stride"));
    } else if (type == "UNet" || type == "FullyConvolutionalNet") {
      // Every level has to come back to the extent it left: the answer is the extent itself, or none.
      std::vector<std::int64_t> level = row.out;
      for (std::size_t depth = 1; depth < node.at("planes").size() && !level.empty(); ++depth)
        level = reduced(level, Json::array({2}), Json::array({2}));
      row.in = level.empty() ? level : row.out;
    }
    rows.push_back(row);
  }
  scn::require<scn::FormatError>(!rows.empty(), "table: there is no line of layer, output and input size");
  return rows;
}

}  // namespace golden
