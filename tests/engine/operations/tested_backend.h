// tested_backend.h: what operations_test.cpp holds against the reference: each program that is made of it has
// its own.
#pragma once

#include "engine/backend/backend.h"
#include "engine/core/error.h"

#include <memory>

namespace support {

struct TestedBackend {
    engine::Expected<std::unique_ptr<engine::Backend>> (*open)();
    bool isSlow = false; // leaves out large shapes
};

[[nodiscard]] TestedBackend testedBackend();

} // namespace support
