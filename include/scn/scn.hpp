// Everything on the CPU but file formats: what a newcomer includes. File formats are in scn/io/io.hpp.
#pragma once

#include "scn/any_device.hpp"
#include "scn/cpu/cpu.hpp"
