// cuda_runtime.h: stands in for NVIDIA's header of this name, so that .cu files compile as plain C++ and run
// on the CPU.
// Threads: any number of host threads; one runtime call, and so one kernel, runs at a time.
// Limits:  a kernel is launched with cudaLaunchKernelEx() or cudaLaunchKernel(); <<< >>> is not C++. What
// each part leaves out stands at the top of its header. Tests steer the emulation through cuda_emulation.h.
#pragma once

#include "tests/support/cuda_emulation/language/device_language.h"
#include "tests/support/cuda_emulation/language/device_math.h"
#include "tests/support/cuda_emulation/language/device_memory.h"
#include "tests/support/cuda_emulation/language/grid.h"
#include "tests/support/cuda_emulation/language/vector_types.h"
#include "tests/support/cuda_emulation/language/warp.h"
#include "tests/support/cuda_emulation/runtime/kernel_launch.h"
#include "tests/support/cuda_emulation/runtime/runtime_devices.h"
#include "tests/support/cuda_emulation/runtime/runtime_errors.h"
#include "tests/support/cuda_emulation/runtime/runtime_memory.h"
#include "tests/support/cuda_emulation/runtime/streams_and_graphs.h"

#define CUDART_VERSION 12080
