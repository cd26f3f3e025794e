// capture.h: what streams, events and graphs are in the emulation, and what a capture makes of work and
// forbids.
// Threads: under the runtime's lock.
#pragma once

#include "tests/support/cuda_emulation/runtime/streams_and_graphs.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

struct CUgraphNode_st {
    std::function<void()> work;
    std::vector<std::size_t> after; // the nodes that come before this one, by number, ascending
};

namespace cuda_emulation {

struct Capture {
    cudaStreamCaptureMode mode;
    cudaStream_t origin;
    std::thread::id thread = std::this_thread::get_id();
    std::vector<CUgraphNode_st> nodes;
    bool isSpoilt = false;
    bool isOver = false;
};

// Where a stream or event stands in a capture: after which nodes.
struct CapturedPlace {
    std::shared_ptr<Capture> capture; // null: outside
    std::vector<std::size_t> after;

    [[nodiscard]] bool isActive() const { return capture != nullptr && !capture->isOver; }
};

// Owns what its handles stand for; a handle that it does not know is invalid.
template <class T> class Handles {
public:
    T* add(T object) {
        auto owned = std::make_unique<T>(std::move(object));
        T* handle = owned.get();
        m_objects.emplace(handle, std::move(owned));
        return handle;
    }
    [[nodiscard]] bool knows(T* handle) const { return m_objects.contains(handle); }
    [[nodiscard]] cudaError_t remove(T* handle) {
        return m_objects.erase(handle) == 1 ? cudaSuccess : cudaErrorInvalidResourceHandle;
    }
    [[nodiscard]] std::size_t size() const { return m_objects.size(); }
    template <class Visit> void forEach(Visit visit) const {
        for (const auto& [handle, object] : m_objects)
            visit(*object);
    }

private:
    std::map<T*, std::unique_ptr<T>> m_objects;
};

} // namespace cuda_emulation

struct CUstream_st {
    unsigned flags = cudaStreamDefault;
    cuda_emulation::CapturedPlace place;
};

struct CUevent_st {
    unsigned flags = cudaEventDefault;
    bool isRecorded = false; // outside a capture
    std::chrono::steady_clock::time_point time;
    cuda_emulation::CapturedPlace place;
};

struct CUgraph_st {
    std::vector<CUgraphNode_st> nodes;
};

struct CUgraphExec_st {
    std::vector<CUgraphNode_st> nodes;
};

namespace cuda_emulation {

extern Handles<CUstream_st> g_streams;
extern Handles<CUevent_st> g_events;
extern Handles<CUgraph_st> g_graphs;
extern Handles<CUgraphExec_st> g_executables;

[[nodiscard]] bool isDefaultStream(cudaStream_t stream);
[[nodiscard]] bool isValid(cudaStream_t stream);
// Whether a valid stream does.
[[nodiscard]] bool captures(cudaStream_t stream);

// Does `work`, or notes it if the stream captures.
[[nodiscard]] cudaError_t submit(cudaStream_t stream, std::function<void()> work);

// Each returns an error if a capture forbids a call, which then spoils the capture, as in CUDA:
// a call that cannot be part of a capture,
[[nodiscard]] cudaError_t permitUncaptured(cudaStream_t stream);
// one that may wait for the whole device, such as cudaMalloc(), while a capture that is not relaxed is under
// way,
[[nodiscard]] cudaError_t permitUnsafeCall();
// and one that waits for a stream. The default stream waits for all streams that are not
// cudaStreamNonBlocking.
[[nodiscard]] cudaError_t permitWaiting(cudaStream_t stream);

// Makes the capture end in an error; returns `error`.
cudaError_t spoil(Capture& capture, cudaError_t error);
// Takes all streams out of it.
void endCapture(Capture& capture);

} // namespace cuda_emulation
