// The library's answers to described cases.
#include "library_pass.hpp"

#include <stdexcept>
#include <utility>

#include "scn/layers/append_tensors.hpp"
#include "scn/layers/average_pooling.hpp"
#include "scn/layers/convolution.hpp"
#include "scn/layers/deconvolution.hpp"
#include "scn/layers/dense_to_sparse.hpp"
#include "scn/layers/full_convolution.hpp"
#include "scn/layers/input_layer.hpp"
#include "scn/layers/max_pooling.hpp"
#include "scn/layers/sparse_to_dense.hpp"
#include "scn/layers/submanifold_convolution.hpp"
#include "scn/layers/unpooling.hpp"
#include "support/comparison.hpp"
#include "support/layer_cases.hpp"

namespace properties {

namespace {

/// The dimensions that are compiled: two in double, since each costs seconds.
template <class T>
struct Dimensions : std::integer_sequence<int, 1, 2, 3, 4, 7, 10> {};
template <>
struct Dimensions<double> : std::integer_sequence<int, 2, 3> {};

/// f(std::integral_constant<int, D>), D being the run-time dimension.
template <class F, int... D>
auto in_dimension(std::integer_sequence<int, D...>, std::size_t dimension, const F& f) {
  decltype(f(std::integral_constant<int, 2>{})) result{};
  const bool found = ((dimension == std::size_t{D} && (result = f(std::integral_constant<int, D>{}), true)) || ...);
  if (!found) throw std::invalid_argument("no property is tried in " + std::to_string(dimension) + " dimensions");
  return result;
}

template <int D>
scn::Point<D> point(const Axes& axes) {
  scn::Point<D> point;
  for (int axis = 0; axis < D; ++axis) point[axis] = static_cast<std::int32_t>(axes[static_cast<std::size_t>(axis)]);
  return point;
}

template <int D>
std::optional<scn::Point<D>> extent(const Axes& axes) {
  if (axes.empty()) return {};
  return point<D>(axes);
}

template <int D>
scn::Window<D> window(const Relation& relation) {
  scn::Window<D> window{.size = point<D>(relation.window.size),
                        .stride = point<D>(relation.window.stride),
                        .dilation = point<D>(relation.window.dilation),
                        .pad = point<D>(relation.window.pad)};
  if (relation.kind == Kind::submanifold && relation.strided()) window.outputs = scn::Outputs::floor;
  if (relation.shape != Shape::box)
    for (const Axes& tap : relation.taps) window.positions.push_back(point<D>(tap));
  return window;
}

/// The taps as a user names them; neither dilated nor padded.
template <int D>
scn::Taps<D> public_taps(const Relation& relation) {
  const auto size = point<D>(relation.window.size);
  if (relation.shape == Shape::cross) return scn::Cross<D>(size);
  if (relation.shape == Shape::ball) return scn::Ball<D>(relation.radius);
  if (relation.shape == Shape::box) return size;
  std::vector<scn::Point<D>> offsets;
  for (std::size_t tap = 0; tap < relation.taps.size(); ++tap) {
    scn::Point<D>& offset = offsets.emplace_back();
    for (int axis = 0; axis < D; ++axis)
      offset[axis] = static_cast<std::int32_t>(relation.offset(tap, static_cast<std::size_t>(axis)));
  }
  return scn::Taps<D>(offsets);
}

template <int D, class Dev>
scn::SparseTensor<D, Dev> input(Dev& device, const ConvolutionCase& drawn) {
  const auto channels = static_cast<std::int64_t>(drawn.layer.in);
  const auto points = library::points<D>(drawn.points);
  const bool lifts = drawn.relation.kind == Kind::deconvolution && !drawn.onto_given;
  const auto numbers = [&](const std::vector<Site>& sites) { return oracle::flat(oracle::rows_at(drawn.x, sites)); };
  const auto given = lifts ? std::vector<double>(points.size() * drawn.layer.in, 0.0) : numbers(drawn.points);
  const scn::Batch batch{.samples = drawn.samples, .channels = channels};
  auto x =
      scn::InputLayer<D, Dev>(device, extent<D>(drawn.extent))(std::span<const scn::Site<D>>(points), given, batch);
  if (lifts) {
    x.sites = x.rulebook->strided(x.sites, window<D>(drawn.relation)).sites;
    const auto sites = library::sites_of(*x.sites);
    x.features = scn::Variable<Dev>(scn::Matrix<Dev>::from_host(device, static_cast<std::int64_t>(sites.size()),
                                                                channels, std::span<const double>(numbers(sites))));
  }
  x.features.set_needs_gradient(true);
  return x;
}

template <class Dev>
using AllParameters = std::vector<scn::Parameter<Dev>>;

/// Gives the numbers of the described layer to the parameters, in their order.
template <class Dev>
void set_parameters(const AllParameters<Dev>& parameters, const oracle::Convolution& layer) {
  layer_cases::set(parameters[0].variable, layer.weight);
  if (!layer.bias.empty()) layer_cases::set(parameters[1].variable, layer.bias);
}

/// What the layer of this type makes of x; its parameters are appended to `parameters`.
template <class Layer, int D, class Dev>
scn::SparseTensor<D, Dev> outputs(const ConvolutionCase& drawn, const scn::SparseTensor<D, Dev>& x, scn::Tape& tape,
                                  AllParameters<Dev>& parameters) {
  const auto in = static_cast<std::int64_t>(drawn.layer.in), out = static_cast<std::int64_t>(drawn.layer.out);
  const Layer layer(x.device(), in, out, window<D>(drawn.relation),
                    {.bias = !drawn.layer.bias.empty(), .groups = static_cast<int>(drawn.layer.groups)});
  layer.parameters("", parameters);
  set_parameters(parameters, drawn.layer);
  if constexpr (requires { layer(x, x.sites, &tape); })
    if (drawn.onto_given) return layer(x, library::make_sites<D>(x.device(), drawn.outputs), &tape);
  return layer(x, &tape);
}

template <int D, class Dev>
scn::SparseTensor<D, Dev> outputs_of_kind(const ConvolutionCase& drawn, const scn::SparseTensor<D, Dev>& x,
                                          scn::Tape& tape, AllParameters<Dev>& parameters) {
  switch (drawn.relation.kind) {
    case Kind::submanifold:
      return outputs<scn::SubmanifoldConvolution<D, Dev>>(drawn, x, tape, parameters);
    case Kind::convolution:
      return outputs<scn::Convolution<D, Dev>>(drawn, x, tape, parameters);
    case Kind::deconvolution:
      return outputs<scn::Deconvolution<D, Dev>>(drawn, x, tape, parameters);
    default:
      return outputs<scn::FullConvolution<D, Dev>>(drawn, x, tape, parameters);
  }
}

/// What is to be known of y, and of the parameters once its gradient has gone back.
template <int D, class Dev>
Pass pass(scn::Tape& tape, const scn::SparseTensor<D, Dev>& y, const AllParameters<Dev>& parameters,
          const std::optional<Features>& dy) {
  const auto sites = library::sites_of(*y.sites);
  Pass result{layer_cases::by_site(sites, layer_cases::numbers(y.features.value())), {}, {}, {}};
  if (!dy) return result;
  const auto gradient = oracle::flat(oracle::rows_at(*dy, sites));
  tape.backward(y.features, scn::Matrix<Dev>::from_host(y.device(), y.rows().bound, y.channels(),
                                                        std::span<const double>(gradient)));
  result.dweight = layer_cases::numbers(parameters[0].variable.gradient());
  if (parameters.size() > 1) result.dbias = layer_cases::numbers(parameters[1].variable.gradient());
  return result;
}

template <int D, class Dev>
Pass pass(Dev& device, const ConvolutionCase& drawn, const std::optional<Features>& dy) {
  const auto x = input<D>(device, drawn);
  scn::Tape tape;
  AllParameters<Dev> parameters;
  Pass result = pass(tape, outputs_of_kind(drawn, x, tape, parameters), parameters, dy);
  if (dy) result.dx = layer_cases::gradient(x);
  return result;
}

template <int D, class Dev>
Pass pass_of_appended(Dev& device, const std::vector<ConvolutionCase>& parts, const std::optional<Features>& dy) {
  scn::Tensors<D, Dev> tensors;
  for (const ConvolutionCase& part : parts) tensors.push_back(input<D>(device, part));
  scn::Tape tape;
  AllParameters<Dev> parameters;
  const auto x = scn::append_tensors(tensors, &tape);
  Pass result = pass(tape, outputs_of_kind(parts[0], x, tape, parameters), parameters, dy);
  std::int64_t samples = 0;
  for (const auto& tensor : tensors) {
    for (const auto& [site, gradient] : layer_cases::gradient(tensor))
      result.dx[{static_cast<std::int32_t>(site.sample + samples), site.at}] = gradient;
    samples += tensor.samples();
  }
  return result;
}

template <int D>
scn::SparseTensor<D> pooled(scn::Cpu& device, const PoolStep& step, const scn::SparseTensor<D>& x) {
  const auto relation = window<D>(step.relation);
  const scn::PoolingSettings settings{.over = step.over_active ? scn::Over::active : scn::Over::window};
  switch (step.pool) {
    case Pool::max:
      return scn::MaxPooling<D>(device, relation, settings)(x);
    case Pool::mean:
      return scn::AveragePooling<D>(device, relation, settings)(x);
    default:
      return scn::UnPooling<D>(device, relation, settings)(x);
  }
}

}  // namespace

template <class T>
Pass run(const ConvolutionCase& drawn, const std::optional<Features>& dy) {
  return in_dimension(Dimensions<T>{}, drawn.relation.dimension(), [&](auto dimension) {
    scn::CpuDevice<T> device{.threads = 1};
    return pass<dimension()>(device, drawn, dy);
  });
}

template Pass run<float>(const ConvolutionCase& drawn, const std::optional<Features>& dy);
template Pass run<double>(const ConvolutionCase& drawn, const std::optional<Features>& dy);

Pass run_appended(const std::vector<ConvolutionCase>& parts, const std::optional<Features>& dy) {
  return in_dimension(Dimensions<float>{}, parts[0].relation.dimension(), [&](auto dimension) {
    scn::Cpu device{.threads = 1};
    return pass_of_appended<dimension()>(device, parts, dy);
  });
}

std::vector<Features> run(const PoolCase& drawn) {
  return in_dimension(Dimensions<float>{}, drawn.points[0].at.size(), [&](auto dimension) {
    scn::Cpu device{.threads = 1};
    const auto channels = static_cast<std::int64_t>(drawn.x.begin()->second.size());
    auto x = layer_cases::tensor<dimension()>(device, drawn.x, channels);
    std::vector<Features> results;
    for (const PoolStep& step : drawn.steps) results.push_back(layer_cases::features(x = pooled(device, step, x)));
    return results;
  });
}

Features from_dense(const DenseCase& drawn) {
  return in_dimension(Dimensions<float>{}, drawn.size.size(), [&](auto dimension) {
    constexpr int D = dimension();
    scn::Cpu device{.threads = 1};
    const scn::DenseShape<D> shape{drawn.batch, drawn.channels, point<D>(drawn.size)};
    const auto dense = scn::DenseTensor<D, scn::Cpu>::from_host(device, shape, drawn.values);
    return layer_cases::features(scn::DenseToSparse<D>(device)(dense));
  });
}

DenseCase to_dense(const Features& x, const Axes& size, std::int64_t batch, std::int64_t channels) {
  return in_dimension(Dimensions<float>{}, size.size(), [&](auto dimension) {
    constexpr int D = dimension();
    scn::Cpu device{.threads = 1};
    const auto y = scn::SparseToDense<D>(device)(layer_cases::tensor<D>(device, x, channels, point<D>(size), batch));
    return DenseCase{library::axes(y.spatial_size), y.batch_size, y.channels, layer_cases::numbers(y.values.value())};
  });
}

namespace {

std::string vacuity(std::size_t pairs, const Features& y) {
  if (pairs < 30) return "only " + std::to_string(pairs) + " pairs";
  std::vector<double> outputs;
  for (const auto& [site, channels] : y) outputs.insert(outputs.end(), channels.begin(), channels.end());
  return oracle::vacuity(pairs, outputs);
}

}  // namespace

std::string vacuity(const ConvolutionCase& drawn) { return vacuity(pairs_of(drawn).size(), run<float>(drawn).y); }

std::string vacuity(const PoolCase& drawn) {
  const Relation& relation = drawn.steps[0].relation;
  const SiteSet fine = oracle::set_of(drawn.points);
  return vacuity(pairs_between(relation, fine, coarse_sites(relation, fine)).size(), run(drawn)[0]);
}

std::string window_difference(const Relation& relation) {
  return in_dimension(Dimensions<float>{}, relation.dimension(), [&](auto dimension) -> std::string {
    constexpr int D = dimension();
    const auto taps = public_taps<D>(relation);
    const auto made = relation.kind == Kind::submanifold ? scn::submanifold_window(taps)
                                                         : scn::strided_window(taps, scn::Point<D>(1));
    const auto described = window<D>(relation);
    return made == described ? "" : "made " + to_string(made) + ", described " + to_string(described);
  });
}

}  // namespace properties
