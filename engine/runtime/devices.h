// devices.h: what this machine can compute on, and a session on the right one.
// The device is used if the CUDA plug-in, a driver and a device of at least compute capability 7.5 are there;
// a model that is larger than the device's free memory runs its first layers there and the rest on the
// processor.
// Threads: as Session's.
#pragma once

#include "engine/backend/cuda_plugin.h"
#include "engine/core/error.h"
#include "engine/core/thread_pool.h"
#include "engine/model/model.h"
#include "engine/runtime/session.h"

#include <cstdint>
#include <memory>
#include <string>

namespace engine {

enum class DeviceChoice { Auto, Cpu, Cuda };

struct OpenedSession {
    std::unique_ptr<Session> session;
    std::string device;   // "cpu", or the device's name
    std::string note;     // one sentence on what was chosen and why; empty if there is nothing to say
    int deviceIndex = -1; // its number; -1: the processor alone
    int deviceLayers = 0;
};

// Auto takes the processor where no device can be used, which is then no error.
// Errors: DeviceUnavailable and OutOfMemory for Cuda, with a sentence that says what is missing.
[[nodiscard]] Expected<OpenedSession> openSession(const std::shared_ptr<const Model>& model,
                                                  const std::shared_ptr<ThreadPool>& pool,
                                                  DeviceChoice choice);

// How many of a model's layers fit into so many free bytes of a device's memory: L if all of the model does,
// 0 if not even one layer.
[[nodiscard]] int layersThatFit(const Model& model, std::size_t freeBytes);

// What all of a model takes of a device's memory: weights, working memory and a few states.
[[nodiscard]] std::size_t deviceBytes(const Model& model);

} // namespace engine
