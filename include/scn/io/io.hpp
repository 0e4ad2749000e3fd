// File formats: what needs the CMake component scn::io.
#pragma once

#include "scn/io/checkpoint.hpp"
#include "scn/io/checkpoint_folder.hpp"
#include "scn/io/checkpoint_series.hpp"
#include "scn/io/file.hpp"
#include "scn/io/las.hpp"
#include "scn/io/npy.hpp"
#include "scn/io/pcd.hpp"
#include "scn/io/ply.hpp"
#include "scn/io/point_files.hpp"
#include "scn/io/point_records.hpp"
#include "scn/io/safetensors.hpp"
