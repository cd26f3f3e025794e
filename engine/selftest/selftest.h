// selftest.h: holds a device against the processor: every operation of Backend, shape by shape, then whole
// models. It needs nothing but the program and the device, so that anyone can run it where a device or a
// driver is in doubt. The tests run the same cases against plain loops in double precision
// (tests/support/reference/reference_backend.h), on the processor as on the emulated device.
// How:     fresh random inputs, outputs full of NaN beforehand, NaN between all that an operation is given.
//          Errors are relative to the largest value of what is compared; those of matrix products, which are
//          held against sums in double, to the sum of absolute products. Bounds stand with their reasons
//          beside the cases.
// Cases:   cases/<operations>_cases.cpp.
// Threads: the caller's; `open` and `report` are called on it.
#pragma once

#include "engine/backend/backend.h"
#include "engine/core/error.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace engine {

// Of cases of one operation that are alike.
struct SelftestResult {
    std::string operation;   // one of selftestOperations()
    std::string shape;       // what the cases have in common
    double largestError = 0; // of the case that came nearest to its bound
    double bound = 0;        // that case's
    std::string failure;     // of the first case that failed, in words; empty: none did

    [[nodiscard]] bool passed() const { return failure.empty(); }
};

struct SelftestCounts {
    int passed = 0;
    int failed = 0;
};

// A new backend of the device, each time.
using OpenDevice = std::function<Expected<std::unique_ptr<Backend>>()>;
using ReportResult = std::function<void(const SelftestResult&)>;

struct SelftestOptions {
    std::uint64_t seed = 1;
    std::function<bool(std::string_view operation)> wanted; // null: all
    bool isQuick = false; // leaves out large shapes and most models, for slow builds and emulated devices
    std::stop_token stop; // looked at between results
    OpenDevice reference; // what operations are held against; null: the processor
};

// In the order in which they run: the operations as Backend calls them; of whole models "model",
// "dividedModel" (some of the layers on the processor) and "greedyText".
[[nodiscard]] std::span<const std::string_view> selftestOperations();

// Hands each result to `report`. Errors: those of `open`; DeviceLost, as nothing can follow; Cancelled.
[[nodiscard]] Expected<SelftestCounts> runSelftest(const OpenDevice& open, const SelftestOptions& options,
                                                   const ReportResult& report);

} // namespace engine
