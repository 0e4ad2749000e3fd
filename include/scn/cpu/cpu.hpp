// The CPU device with all its primitives.
#pragma once

#include "scn/cpu/convolution.hpp"
#include "scn/cpu/device.hpp"
#include "scn/cpu/geometry.hpp"
#include "scn/cpu/multiply.hpp"
