// The description of a case's network, or of its one layer from the metadata.
#include "golden_runner/network.hpp"

namespace golden {

Json described(const Case& stored) {
  if (stored.is_network()) {
    try {
      return Json::parse(stored.text("network", ""));
    } catch (const Json::exception& error) {
      throw scn::FormatError(scn::message("network: ", error.what()));
    }
  }
  Json node{{"type", stored.op()}};
  for (const char* key : {"in_channels", "out_channels", "groups", "n_features_to_drop"})
    if (!stored.text(key, "").empty()) node[key] = stored.integer(key, 0);
  for (const char* key : {"filter_size", "filter_stride"})
    if (!stored.text(key, "").empty()) node[key] = stored.integers(key, {});
  for (const char* key : {"leakiness", "eps", "momentum", "p"})
    if (!stored.text(key, "").empty()) node[key] = stored.real(key, 0);
  if (stored.has("in_features")) node["in_channels"] = stored.shape("in_features").at(1);
  // The reference has no default for these two; the arrays tell.
  node["bias"] = stored.integer("bias", stored.has("bias") ? 1 : 0) != 0;
  node["affine"] = stored.integer("affine", 1) != 0;
  if (!node.contains("out_channels") && stored.has("out_features") && stored.shape("out_features").size() == 2)
    node["out_channels"] = stored.shape("out_features").at(1);
  return node;
}

}  // namespace golden
