// model_check.h: one model on the device and on the processor, all that a Session can do with it.
// The processor's part is decoded token by token: with few tokens its products round nothing.
// Threads: one.
#pragma once

#include "engine/model/model.h"
#include "engine/selftest/results.h"

#include <memory>
#include <string>

namespace engine::selftest {

// Prefill, decode, gates, states here and there, snapshots, batches, cancelling. The device has the first
// `deviceLayers` layers, one at least; the others run on the processor. Throws BackendFailure.
void checkModel(const std::shared_ptr<const Model>& model, WeightType weights, int deviceLayers,
                const OpenDevice& open, std::uint64_t seed, Group& group);

// The most likely token after each, 200 times.
void checkGreedyText(const std::shared_ptr<const Model>& model, const OpenDevice& open, std::uint64_t seed,
                     Group& group);

} // namespace engine::selftest
