// cuda_runtime_api.h: stands in for NVIDIA's header of this name; see cuda_runtime.h.
#pragma once

#include "tests/support/cuda_emulation/cuda_runtime.h"
