// The CPU device with all its primitives.
#pragma once

#include "scn/cpu/convolution.hpp"
#include "scn/cpu/device.hpp"
#include "scn/cpu/fold.hpp"
#include "scn/cpu/maps.hpp"
#include "scn/cpu/multiply.hpp"
#include "scn/cpu/reach.hpp"
#include "scn/cpu/sites.hpp"
