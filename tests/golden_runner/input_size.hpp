// The table of input extents that lead to given output extents.
#pragma once

#include <string>
#include <vector>

#include "golden_runner/builder.hpp"
#include "golden_runner/sites.hpp"

namespace golden {

/// One line of the table.
struct InputSizeRow {
  std::string layer;  ///< as written: "Convolution (3,2)/(2,1)"
  Node node;
  std::vector<std::int64_t> out;
  std::vector<std::int64_t> in;  ///< the expected answer; empty if no extent fits and the library has to say so
};

/// Lines of the stored table, with the mended answers of the layers that lead up, and of networks that contain them.
std::vector<InputSizeRow> input_size_rows(const std::string& table);

template <int D, class Dev>
void run_input_sizes(Case& stored, Dev& device) {
  stored.use("empty");  // the format wants an array, the table is in the metadata
  for (const InputSizeRow& row : input_size_rows(stored.text("table", ""))) {
    const auto layer = Builder<D, Dev>(device, 4).layer(row.node);
    std::vector<std::int64_t> ours;
    std::string refusal;
    try {
      ours = numbers_of(layer.input_size(point_of<D>(row.out)));
    } catch (const scn::InvalidArgument& error) {
      refusal = error.what();
    }
    stored.check(ours == row.in,
                 row.layer + ": the input size of " + to_string(point_of<D>(row.out)) +
                     (ours.empty() ? " is refused: " + refusal : " is given as " + to_string(point_of<D>(ours))));
  }
  stored.compare_counts({});
}

}  // namespace golden
