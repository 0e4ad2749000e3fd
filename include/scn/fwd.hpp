// Forward declarations, default arguments and aliases of the whole library.
#pragma once

namespace scn {

/// Opt-in of a device type; each device's header specialises it beside its declaration here.
template <class Dev>
inline constexpr bool is_device = false;

/// A type that owns memory, threads or a stream, and a random generator, and supplies the primitives of
/// core/device.hpp.
template <class Dev>
concept Device = is_device<Dev>;

template <class T>
struct CpuDevice;
template <class T>
inline constexpr bool is_device<CpuDevice<T>> = true;
/// The processor in single precision: the default device everywhere.
using Cpu = CpuDevice<float>;

template <class T>
struct CudaDevice;
template <class T>
inline constexpr bool is_device<CudaDevice<T>> = true;
/// A GPU in single precision; defined by scn/cuda/cuda.cuh.
using Cuda = CudaDevice<float>;

/// The dimensions that the library supports.
template <int D>
inline constexpr bool is_dimension = D >= 1 && D <= 10;
template <int D>
concept Dimension = is_dimension<D>;

template <int D>
class Point;
template <int D>
struct Site;
template <int D>
struct Window;

template <class T, Device Dev>
class Buffer;
template <Device Dev, class T = typename Dev::Scalar>
class Matrix;
template <Device Dev, class T = typename Dev::Scalar>
class Variable;
template <Device Dev>
struct Parameter;
template <Device Dev>
class Parameters;
class Tape;

template <int D, Device Dev = Cpu>
class Sites;
template <int D, Device Dev = Cpu>
class Rulebook;
template <int D, Device Dev = Cpu>
struct SparseTensor;
template <int D, Device Dev = Cpu>
struct DenseTensor;

}  // namespace scn
