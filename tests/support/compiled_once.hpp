// The primitives that most tests use, compiled in one place: products and maps take seconds each.
#pragma once

#include "scn/cpu/cpu.hpp"

namespace scn {

extern template void convolve(CpuDevice<float>&, const Matrix<CpuDevice<float>, float>&,
                              const CpuDevice<float>::Weights&, const cpu::Rules&, const Epilogue<float>&,
                              Matrix<CpuDevice<float>, float>&);
extern template void convolve_backward_input(CpuDevice<float>&, const Matrix<CpuDevice<float>, float>&,
                                             const CpuDevice<float>::Weights&, const cpu::Rules&,
                                             Matrix<CpuDevice<float>, float>&, Write);
extern template void convolve_backward_weight(CpuDevice<float>&, const Matrix<CpuDevice<float>, float>&,
                                              const Matrix<CpuDevice<float>, float>&, const cpu::Rules&, std::int64_t,
                                              Matrix<CpuDevice<float>, float>&, Write);
extern template void multiply(CpuDevice<float>&, const Matrix<CpuDevice<float>, float>&,
                              const Matrix<CpuDevice<float>, float>&, const Epilogue<float>&,
                              Matrix<CpuDevice<float>, float>&);
extern template void multiply_backward_input(CpuDevice<float>&, const Matrix<CpuDevice<float>, float>&,
                                             const Matrix<CpuDevice<float>, float>&, Matrix<CpuDevice<float>, float>&,
                                             Write);
extern template void multiply_backward_weight(CpuDevice<float>&, const Matrix<CpuDevice<float>, float>&,
                                              const Matrix<CpuDevice<float>, float>&, Matrix<CpuDevice<float>, float>&,
                                              Write);
extern template void convolve(CpuDevice<double>&, const Matrix<CpuDevice<double>, double>&,
                              const CpuDevice<double>::Weights&, const cpu::Rules&, const Epilogue<double>&,
                              Matrix<CpuDevice<double>, double>&);
extern template void convolve_backward_input(CpuDevice<double>&, const Matrix<CpuDevice<double>, double>&,
                                             const CpuDevice<double>::Weights&, const cpu::Rules&,
                                             Matrix<CpuDevice<double>, double>&, Write);
extern template void convolve_backward_weight(CpuDevice<double>&, const Matrix<CpuDevice<double>, double>&,
                                              const Matrix<CpuDevice<double>, double>&, const cpu::Rules&, std::int64_t,
                                              Matrix<CpuDevice<double>, double>&, Write);
extern template void multiply(CpuDevice<double>&, const Matrix<CpuDevice<double>, double>&,
                              const Matrix<CpuDevice<double>, double>&, const Epilogue<double>&,
                              Matrix<CpuDevice<double>, double>&);
extern template void multiply_backward_input(CpuDevice<double>&, const Matrix<CpuDevice<double>, double>&,
                                             const Matrix<CpuDevice<double>, double>&,
                                             Matrix<CpuDevice<double>, double>&, Write);
extern template void multiply_backward_weight(CpuDevice<double>&, const Matrix<CpuDevice<double>, double>&,
                                              const Matrix<CpuDevice<double>, double>&,
                                              Matrix<CpuDevice<double>, double>&, Write);
extern template InputSites<1, CpuDevice<float>> make_sites<1>(CpuDevice<float>&,
                                                              const Buffer<Site<1>, CpuDevice<float>>&,
                                                              std::optional<Point<1>>, std::int64_t, Duplicates);
extern template Sites<1, CpuDevice<float>> reach<1>(CpuDevice<float>&, const Sites<1, CpuDevice<float>>&,
                                                    const Window<1>&, std::optional<Point<1>>);
extern template cpu::Rules make_rules<1>(CpuDevice<float>&, const Sites<1, CpuDevice<float>>&,
                                         const Sites<1, CpuDevice<float>>&, const Window<1>&);
extern template InputSites<2, CpuDevice<float>> make_sites<2>(CpuDevice<float>&,
                                                              const Buffer<Site<2>, CpuDevice<float>>&,
                                                              std::optional<Point<2>>, std::int64_t, Duplicates);
extern template Sites<2, CpuDevice<float>> reach<2>(CpuDevice<float>&, const Sites<2, CpuDevice<float>>&,
                                                    const Window<2>&, std::optional<Point<2>>);
extern template cpu::Rules make_rules<2>(CpuDevice<float>&, const Sites<2, CpuDevice<float>>&,
                                         const Sites<2, CpuDevice<float>>&, const Window<2>&);
extern template InputSites<3, CpuDevice<float>> make_sites<3>(CpuDevice<float>&,
                                                              const Buffer<Site<3>, CpuDevice<float>>&,
                                                              std::optional<Point<3>>, std::int64_t, Duplicates);
extern template Sites<3, CpuDevice<float>> reach<3>(CpuDevice<float>&, const Sites<3, CpuDevice<float>>&,
                                                    const Window<3>&, std::optional<Point<3>>);
extern template cpu::Rules make_rules<3>(CpuDevice<float>&, const Sites<3, CpuDevice<float>>&,
                                         const Sites<3, CpuDevice<float>>&, const Window<3>&);
extern template InputSites<4, CpuDevice<float>> make_sites<4>(CpuDevice<float>&,
                                                              const Buffer<Site<4>, CpuDevice<float>>&,
                                                              std::optional<Point<4>>, std::int64_t, Duplicates);
extern template Sites<4, CpuDevice<float>> reach<4>(CpuDevice<float>&, const Sites<4, CpuDevice<float>>&,
                                                    const Window<4>&, std::optional<Point<4>>);
extern template cpu::Rules make_rules<4>(CpuDevice<float>&, const Sites<4, CpuDevice<float>>&,
                                         const Sites<4, CpuDevice<float>>&, const Window<4>&);
extern template InputSites<1, CpuDevice<double>> make_sites<1>(CpuDevice<double>&,
                                                               const Buffer<Site<1>, CpuDevice<double>>&,
                                                               std::optional<Point<1>>, std::int64_t, Duplicates);
extern template Sites<1, CpuDevice<double>> reach<1>(CpuDevice<double>&, const Sites<1, CpuDevice<double>>&,
                                                     const Window<1>&, std::optional<Point<1>>);
extern template cpu::Rules make_rules<1>(CpuDevice<double>&, const Sites<1, CpuDevice<double>>&,
                                         const Sites<1, CpuDevice<double>>&, const Window<1>&);
extern template InputSites<2, CpuDevice<double>> make_sites<2>(CpuDevice<double>&,
                                                               const Buffer<Site<2>, CpuDevice<double>>&,
                                                               std::optional<Point<2>>, std::int64_t, Duplicates);
extern template Sites<2, CpuDevice<double>> reach<2>(CpuDevice<double>&, const Sites<2, CpuDevice<double>>&,
                                                     const Window<2>&, std::optional<Point<2>>);
extern template cpu::Rules make_rules<2>(CpuDevice<double>&, const Sites<2, CpuDevice<double>>&,
                                         const Sites<2, CpuDevice<double>>&, const Window<2>&);
extern template InputSites<3, CpuDevice<double>> make_sites<3>(CpuDevice<double>&,
                                                               const Buffer<Site<3>, CpuDevice<double>>&,
                                                               std::optional<Point<3>>, std::int64_t, Duplicates);
extern template Sites<3, CpuDevice<double>> reach<3>(CpuDevice<double>&, const Sites<3, CpuDevice<double>>&,
                                                     const Window<3>&, std::optional<Point<3>>);
extern template cpu::Rules make_rules<3>(CpuDevice<double>&, const Sites<3, CpuDevice<double>>&,
                                         const Sites<3, CpuDevice<double>>&, const Window<3>&);
extern template InputSites<4, CpuDevice<double>> make_sites<4>(CpuDevice<double>&,
                                                               const Buffer<Site<4>, CpuDevice<double>>&,
                                                               std::optional<Point<4>>, std::int64_t, Duplicates);
extern template Sites<4, CpuDevice<double>> reach<4>(CpuDevice<double>&, const Sites<4, CpuDevice<double>>&,
                                                     const Window<4>&, std::optional<Point<4>>);
extern template cpu::Rules make_rules<4>(CpuDevice<double>&, const Sites<4, CpuDevice<double>>&,
                                         const Sites<4, CpuDevice<double>>&, const Window<4>&);

}  // namespace scn
