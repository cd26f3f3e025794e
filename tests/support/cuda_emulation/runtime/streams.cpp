// Streams and events of streams_and_graphs.h.
#include "tests/support/cuda_emulation/runtime/capture.h"
#include "tests/support/cuda_emulation/runtime/runtime_state.h"

#include <algorithm>
#include <iterator>

using namespace cuda_emulation;

namespace {

// Both ascend.
void addMissing(std::vector<std::size_t>& to, const std::vector<std::size_t>& from) {
    std::vector<std::size_t> all;
    std::set_union(to.begin(), to.end(), from.begin(), from.end(), std::back_inserter(all));
    to = std::move(all);
}

// The stream waits for the event in the sense of the capture in which the event was recorded.
cudaError_t waitInCapture(cudaStream_t stream, const CapturedPlace& place) {
    if (!place.isActive())
        return cudaErrorInvalidValue;
    if (place.capture->isSpoilt)
        return cudaErrorStreamCaptureInvalidated;
    if (isDefaultStream(stream))
        return spoil(*place.capture, cudaErrorStreamCaptureImplicit);
    if (!captures(stream)) {
        stream->place = place;
        return cudaSuccess;
    }
    if (stream->place.capture != place.capture) {
        spoil(*place.capture, cudaErrorStreamCaptureMerge);
        return spoil(*stream->place.capture, cudaErrorStreamCaptureMerge);
    }
    addMissing(stream->place.after, place.after);
    return cudaSuccess;
}

cudaError_t permitWaitingForEvent(cudaEvent_t event) {
    if (!g_events.knows(event))
        return cudaErrorInvalidResourceHandle;
    if (event->place.capture == nullptr)
        return permitUnsafeCall();
    if (event->place.isActive())
        spoil(*event->place.capture, cudaErrorCapturedEvent);
    return cudaErrorCapturedEvent;
}

} // namespace

cudaError_t cudaStreamCreate(cudaStream_t* stream) {
    return cudaStreamCreateWithFlags(stream, cudaStreamDefault);
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
    return cudaStreamCreateWithPriority(stream, flags, 0);
}

cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned flags, int) {
    const RuntimeCall call;
    if (call.mustFail() || flags > cudaStreamNonBlocking)
        return call.result(cudaErrorInvalidValue);
    *stream = g_streams.add({.flags = flags, .place = {}});
    return call.result();
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
    const RuntimeCall call;
    if (!g_streams.knows(stream))
        return call.result(cudaErrorInvalidResourceHandle);
    if (captures(stream)) {
        Capture& capture = *stream->place.capture;
        capture.isSpoilt = true;
        if (capture.origin == stream)
            endCapture(capture);
    }
    return call.result(g_streams.remove(stream));
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
    const RuntimeCall call;
    return call.result(call.mustFail() ? cudaSuccess : permitWaiting(stream));
}

cudaError_t cudaStreamQuery(cudaStream_t stream) { return cudaStreamSynchronize(stream); }

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
    const RuntimeCall call;
    if (call.mustFail() || !isValid(stream) || !g_events.knows(event))
        return call.result(cudaErrorInvalidResourceHandle);
    if (event->place.capture != nullptr)
        return call.result(waitInCapture(stream, event->place));
    if (captures(stream) && event->isRecorded)
        return call.result(spoil(*stream->place.capture, cudaErrorStreamCaptureIsolation));
    return call.result();
}

cudaError_t cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t function, void* data) {
    const RuntimeCall call;
    if (call.mustFail() || function == nullptr)
        return call.result(cudaErrorInvalidValue);
    return call.result(submit(stream, [=] { function(data); }));
}

cudaError_t cudaDeviceSynchronize() {
    const RuntimeCall call;
    cudaError_t error = cudaSuccess;
    if (!call.mustFail())
        g_streams.forEach([&](CUstream_st& stream) {
            if (captures(&stream))
                error = spoil(*stream.place.capture, cudaErrorStreamCaptureUnsupported);
        });
    return call.result(error);
}

cudaError_t cudaEventCreate(cudaEvent_t* event) { return cudaEventCreateWithFlags(event, cudaEventDefault); }

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
    const RuntimeCall call;
    if (call.mustFail() || flags > (cudaEventBlockingSync | cudaEventDisableTiming))
        return call.result(cudaErrorInvalidValue);
    *event = g_events.add({.flags = flags, .isRecorded = false, .time = {}, .place = {}});
    return call.result();
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
    const RuntimeCall call;
    return call.result(g_events.remove(event));
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
    const RuntimeCall call;
    if (call.mustFail() || !isValid(stream) || !g_events.knows(event))
        return call.result(cudaErrorInvalidResourceHandle);
    if (captures(stream)) {
        event->place = stream->place;
        return call.result();
    }
    event->place = {};
    event->isRecorded = true;
    event->time = std::chrono::steady_clock::now();
    return call.result();
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
    const RuntimeCall call;
    return call.result(call.mustFail() ? cudaSuccess : permitWaitingForEvent(event));
}

cudaError_t cudaEventQuery(cudaEvent_t event) { return cudaEventSynchronize(event); }

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t end) {
    const RuntimeCall call;
    if (call.mustFail())
        return call.result();
    for (const cudaEvent_t event : {start, end})
        if (!g_events.knows(event) || !event->isRecorded || (event->flags & cudaEventDisableTiming) != 0)
            return call.result(cudaErrorInvalidResourceHandle);
    *milliseconds = std::chrono::duration<float, std::milli>(end->time - start->time).count();
    return call.result();
}
