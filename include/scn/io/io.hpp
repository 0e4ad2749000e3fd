// File formats: what needs the CMake component scn::io.
#pragma once

#include "scn/io/checkpoint.hpp"
#include "scn/io/checkpoint_series.hpp"
#include "scn/io/file.hpp"
#include "scn/io/safetensors.hpp"
