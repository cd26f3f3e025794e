// cuda_plugin.h: the CUDA backend as the program sees it: a library that is loaded when the program runs, so
// that the program itself needs neither CUDA nor a device. It exports one function, inkgate_cuda_plugin(), of
// C linkage.
// Library: libinkgate_cuda.so, in this order: the file that INKGATE_CUDA_PLUGIN names, beside the program, in
//          ../lib/inkgate from there. Both are of one build: the version must be the same.
// Errors:  DeviceUnavailable, with a sentence that says why and what helps; OutOfMemory.
// Threads: cudaPlugin() may be called from any; what it returns serves one thread at a time.
#pragma once

#include "engine/backend/backend.h"
#include "engine/core/error.h"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace engine {

struct CudaDevice {
    std::string name;
    int capability = 0; // 10 major + minor
    int processors = 0; // streaming multiprocessors
    std::size_t totalBytes = 0, freeBytes = 0;
    std::string unusable; // why it cannot be used; empty: it can
};

// What a device can do at most, measured now. Units as in measured_limits.h.
struct CudaLimits {
    double gigabytesPerSecond = 0; // copying memory, bytes read and written
    double matrixGflops = 0;       // float16 products of cuBLASLt; 0 without that library
};

struct CudaPlugin {
    const char* version = nullptr; // of the build
    // All that are there. DeviceUnavailable: none, or no driver, or one that is too old.
    Expected<std::vector<CudaDevice>> (*devices)() = nullptr;
    Expected<std::unique_ptr<Backend>> (*open)(int device) = nullptr;
    Expected<CudaLimits> (*limits)(int device) = nullptr;
};

// Loaded once; an error is an error for good.
[[nodiscard]] Expected<const CudaPlugin*> cudaPlugin();

} // namespace engine
