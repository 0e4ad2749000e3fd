// Which procedure a case follows.
#pragma once

#include <map>
#include <string>

#include "golden_runner/initialisation_case.hpp"
#include "golden_runner/input_cases.hpp"
#include "golden_runner/input_size.hpp"
#include "golden_runner/layer_case.hpp"
#include "golden_runner/multiplicative_dropout_case.hpp"
#include "golden_runner/output_cases.hpp"
#include "golden_runner/point_cases.hpp"
#include "golden_runner/scales_case.hpp"
#include "golden_runner/tensor_cases.hpp"
#include "golden_runner/training_case.hpp"

namespace golden {

/// Operations that are no layer from one sparse tensor to another.
template <int D, class Dev>
const std::map<std::string, void (*)(Case&, Dev&)>& procedures() {
  static const std::map<std::string, void (*)(Case&, Dev&)> all{
      {"InputLayer", run_input_layer<D, Dev>},
      {"BLInputLayer", run_bl_input_layer<D, Dev>},
      {"DenseToSparse", run_dense_to_sparse<D, Dev>},
      {"InputBatch", run_input_batch<D, Dev>},
      {"OutputLayer", run_output_layer<D, Dev>},
      {"BLOutputLayer", run_bl_output_layer<D, Dev>},
      {"BatchwiseMultiplicativeDropout", run_multiplicative_dropout<Dev>},
      {"append_tensors", run_append_tensors<D, Dev>},
      {"compare_sparse", run_compare_sparse<D, Dev>},
      {"prepare_BLInput", run_prepare_bl_input<D, Dev>},
      {"voxelize_pointcloud", run_voxelize_pointcloud<D, Dev>},
      {"Sequential.reweight", run_initialisation<D, Dev>},
      {"Sequential.rebias", run_initialisation<D, Dev>},
      {"Metadata", run_scales<D, Dev>},
      {"input_spatial_size", run_input_sizes<D, Dev>},
  };
  return all;
}

template <int D, class Dev>
void run_case(Case& stored) {
  Dev device = tested_device<Dev>();
  const auto& known = procedures<D, Dev>();
  if (const auto found = known.find(stored.op()); found != known.end()) return found->second(stored, device);
  if (stored.has("losses")) return run_training<D>(stored, device);
  LayerCase<D, Dev>(stored).run();
}

}  // namespace golden
