// Everything on a GPU but file formats: what a program of nvcc includes. It may include scn/scn.hpp beside it.
#pragma once

#include "scn/any_device.hpp"
#include "scn/cuda/capture.cuh"
#include "scn/cuda/convolution.cuh"
#include "scn/cuda/device.cuh"
#include "scn/cuda/fold.cuh"
#include "scn/cuda/maps.cuh"
#include "scn/cuda/multiply.cuh"
#include "scn/cuda/parallel.cuh"
#include "scn/cuda/reach.cuh"
#include "scn/cuda/reduce.cuh"
#include "scn/cuda/sites.cuh"
#include "scn/cuda/transpose.cuh"
