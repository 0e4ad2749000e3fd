// Lists and tables of layers from their descriptions.
#pragma once

#include "golden_runner/builder.hpp"
#include "scn/layers/checkpointed_sequential.hpp"
#include "scn/layers/identity.hpp"
#include "scn/layers/tables.hpp"

namespace golden {

/// Layers whose parameters are named as if `then` were not there: the reference's functions on a table's results.
template <int D, class Dev>
struct TableFunction {
  scn::ConcatTable<D, Dev> table;
  scn::AnyLayer<D, Dev> then;

  scn::SparseTensor<D, Dev> operator()(const scn::SparseTensor<D, Dev>& x, scn::Tape* tape) const {
    return then(table(x, tape), tape).front();
  }
  void parameters(const std::string& prefix, std::vector<scn::Parameter<Dev>>& into) const {
    table.parameters(prefix, into);
  }
};

template <int D, class Dev, class Sequence>
scn::AnyLayer<D, Dev> sequential(Builder<D, Dev>& builder, const Node& node) {
  Sequence sequence;
  for (const Node& child : node.children("layers")) sequence.add(builder.layer(child));
  return sequence;
}

template <int D, class Dev>
scn::AnyLayer<D, Dev> identity(Builder<D, Dev>&, const Node&) {
  return scn::Identity{};
}

template <int D, class Dev>
scn::AnyLayer<D, Dev> add_table(Builder<D, Dev>&, const Node&) {
  return scn::AddTable<D, Dev>{};
}

template <int D, class Dev>
scn::AnyLayer<D, Dev> join_table(Builder<D, Dev>& builder, const Node&) {
  builder.channels = builder.table_channels;
  return scn::JoinTable<D, Dev>{};
}

/// With `then`, the branches and what puts their results together: a layer behind them, or a function.
template <int D, class Dev>
scn::AnyLayer<D, Dev> concat_table(Builder<D, Dev>& builder, const Node& node) {
  scn::ConcatTable<D, Dev> branches;
  const std::int64_t in = builder.channels;
  std::int64_t sum = 0;
  for (const Node& branch : node.children("branches")) {
    builder.channels = in;
    branches.add(builder.layer(branch));
    sum += builder.channels;
  }
  builder.table_channels = sum;
  const std::string then = node.text({"then"}, "");
  const bool joins = then == "JoinTable" || then == "concatenate_feature_planes";
  if (joins) builder.channels = sum;
  if (then.empty()) return branches;
  using Layer = scn::AnyLayer<D, Dev>;
  const Layer last = joins ? Layer(scn::JoinTable<D, Dev>{}) : Layer(scn::AddTable<D, Dev>{});
  if (then.ends_with("Table")) return scn::AnySequential<D, Dev>().add(std::move(branches)).add(last);
  if (then.ends_with("_feature_planes")) return TableFunction<D, Dev>{std::move(branches), last};
  throw Skipped(then + " is not in the library yet");
}

template <int D, class Dev>
void add_containers(Makers<D, Dev>& makers) {
  makers["Sequential"] = sequential<D, Dev, scn::AnySequential<D, Dev>>;
  makers["CheckpointedSequential"] = sequential<D, Dev, scn::CheckpointedSequential<D, Dev>>;
  makers["ConcatTable"] = concat_table<D, Dev>;
  makers["AddTable"] = add_table<D, Dev>;
  makers["JoinTable"] = join_table<D, Dev>;
  makers["Identity"] = identity<D, Dev>;
}

}  // namespace golden
