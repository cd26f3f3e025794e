#include "tests/support/cuda_emulation/runtime/capture.h"
#include "tests/support/cuda_emulation/cuda_emulation.h"
#include "tests/support/cuda_emulation/runtime/runtime_state.h"

namespace cuda_emulation {

Handles<CUstream_st> g_streams;
Handles<CUevent_st> g_events;
Handles<CUgraph_st> g_graphs;
Handles<CUgraphExec_st> g_executables;

namespace {

cudaError_t permitUseOfDefaultStream(cudaError_t otherwise) {
    cudaError_t error = cudaSuccess;
    g_streams.forEach([&](CUstream_st& stream) {
        if (captures(&stream) && (stream.flags & cudaStreamNonBlocking) == 0)
            error = spoil(*stream.place.capture, otherwise);
    });
    return error;
}

} // namespace

bool isDefaultStream(cudaStream_t stream) {
    return stream == nullptr || stream == cudaStreamLegacy || stream == cudaStreamPerThread;
}

bool isValid(cudaStream_t stream) { return isDefaultStream(stream) || g_streams.knows(stream); }

bool captures(cudaStream_t stream) { return !isDefaultStream(stream) && stream->place.isActive(); }

cudaError_t submit(cudaStream_t stream, std::function<void()> work) {
    if (!isValid(stream))
        return cudaErrorInvalidResourceHandle;
    if (captures(stream)) {
        Capture& capture = *stream->place.capture;
        if (capture.isSpoilt)
            return cudaErrorStreamCaptureInvalidated;
        capture.nodes.push_back({std::move(work), stream->place.after});
        stream->place.after = {capture.nodes.size() - 1};
        return cudaSuccess;
    }
    if (isDefaultStream(stream))
        if (const cudaError_t error = permitUseOfDefaultStream(cudaErrorStreamCaptureImplicit);
            error != cudaSuccess)
            return error;
    work();
    return cudaSuccess;
}

cudaError_t permitUncaptured(cudaStream_t stream) {
    if (!isValid(stream))
        return cudaErrorInvalidResourceHandle;
    return captures(stream) ? spoil(*stream->place.capture, cudaErrorStreamCaptureUnsupported) : cudaSuccess;
}

cudaError_t permitUnsafeCall() {
    cudaError_t error = cudaSuccess;
    g_streams.forEach([&](CUstream_st& stream) {
        if (!captures(&stream))
            return;
        Capture& capture = *stream.place.capture;
        if (capture.mode == cudaStreamCaptureModeGlobal ||
            (capture.mode == cudaStreamCaptureModeThreadLocal &&
             capture.thread == std::this_thread::get_id()))
            error = spoil(capture, cudaErrorStreamCaptureUnsupported);
    });
    return error;
}

cudaError_t permitWaiting(cudaStream_t stream) {
    if (const cudaError_t error = permitUncaptured(stream); error != cudaSuccess)
        return error;
    if (const cudaError_t error = permitUnsafeCall(); error != cudaSuccess)
        return error;
    return isDefaultStream(stream) ? permitUseOfDefaultStream(cudaErrorStreamCaptureUnsupported)
                                   : cudaSuccess;
}

cudaError_t spoil(Capture& capture, cudaError_t error) {
    capture.isSpoilt = true;
    return error;
}

void endCapture(Capture& capture) {
    capture.isOver = true;
    g_streams.forEach([&](CUstream_st& stream) {
        if (stream.place.capture.get() == &capture)
            stream.place = {};
    });
}

std::size_t objectsAlive() {
    const RuntimeLock lock;
    return g_streams.size() + g_events.size() + g_graphs.size() + g_executables.size();
}

} // namespace cuda_emulation
