// state_fuzzer.cpp: any bytes as a saved state: an error or a state of the model's size.
#include "engine/runtime/state/state_file.h"
#include "tests/fuzz/state_model.h"

#include <cstdint>
#include <cstdlib>

using namespace engine;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const ModelConfig config = fuzz::stateModel();
    const auto stored = readState(std::as_bytes(std::span(data, size)), config, fuzz::kStateOwner);
    if (!stored) {
        const ErrorCode code = stored.error().code;
        if (code == ErrorCode::Internal || code == ErrorCode::OutOfMemory)
            std::abort();
        return 0;
    }
    if (!stored->state.fits(config) || stored->state.position() < 0)
        std::abort();
    // What was read is written and read again.
    const auto bytes = writeState(stored->state, stored->logits, fuzz::kStateOwner, StatePrecision::Float32);
    if (!bytes || !readState(*bytes, config, fuzz::kStateOwner))
        std::abort();
    return 0;
}
