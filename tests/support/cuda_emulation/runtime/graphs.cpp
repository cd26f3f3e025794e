// Captures and graphs of streams_and_graphs.h.
#include "tests/support/cuda_emulation/runtime/capture.h"
#include "tests/support/cuda_emulation/runtime/runtime_state.h"

#include <algorithm>

using namespace cuda_emulation;

namespace {

// Whether every node, whichever stream it is in, comes before what the first stream would do next.
bool isJoined(const Capture& capture) {
    std::vector<bool> isBefore(capture.nodes.size());
    std::vector<std::size_t> open = capture.origin->place.after;
    while (!open.empty()) {
        const std::size_t number = open.back();
        open.pop_back();
        if (isBefore[number])
            continue;
        isBefore[number] = true;
        const auto& after = capture.nodes[number].after;
        open.insert(open.end(), after.begin(), after.end());
    }
    return std::find(isBefore.begin(), isBefore.end(), false) == isBefore.end();
}

void runGraph(const std::vector<CUgraphNode_st>& nodes, Order order) {
    std::vector<std::size_t> remaining(nodes.size()); // nodes before this one that are not done
    std::vector<std::vector<std::size_t>> next(nodes.size());
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        remaining[i] = nodes[i].after.size();
        for (const std::size_t earlier : nodes[i].after)
            next[earlier].push_back(i);
        if (remaining[i] == 0)
            ready.push_back(i);
    }
    while (!ready.empty()) {
        const auto chosen = ready.begin() + static_cast<std::ptrdiff_t>(order.pick(ready.size()));
        const std::size_t number = *chosen;
        ready.erase(chosen);
        nodes[number].work();
        for (const std::size_t later : next[number])
            if (--remaining[later] == 0)
                ready.insert(std::lower_bound(ready.begin(), ready.end(), later), later);
    }
}

} // namespace

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode) {
    const RuntimeCall call;
    if (call.mustFail() || !isValid(stream))
        return call.result(cudaErrorInvalidResourceHandle);
    if (isDefaultStream(stream))
        return call.result(cudaErrorStreamCaptureUnsupported);
    if (captures(stream))
        return call.result(cudaErrorIllegalState);
    stream->place = {.capture =
                         std::make_shared<Capture>(Capture{.mode = mode, .origin = stream, .nodes = {}}),
                     .after = {}};
    return call.result();
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
    const RuntimeCall call;
    *graph = nullptr;
    if (!isValid(stream))
        return call.result(cudaErrorInvalidResourceHandle);
    if (!captures(stream))
        return call.result(cudaErrorIllegalState);
    const std::shared_ptr<Capture> capture = stream->place.capture;
    if (capture->origin != stream)
        return call.result(spoil(*capture, cudaErrorStreamCaptureUnmatched));
    if (capture->mode != cudaStreamCaptureModeRelaxed && capture->thread != std::this_thread::get_id())
        return call.result(cudaErrorStreamCaptureWrongThread);
    const bool isComplete = isJoined(*capture);
    endCapture(*capture);
    if (capture->isSpoilt)
        return call.result(cudaErrorStreamCaptureInvalidated);
    if (!isComplete)
        return call.result(cudaErrorStreamCaptureUnjoined);
    if (!call.mustFail())
        *graph = g_graphs.add({std::move(capture->nodes)});
    return call.result();
}

cudaError_t cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus* status) {
    const RuntimeCall call;
    if (call.mustFail() || !isValid(stream))
        return call.result(cudaErrorInvalidResourceHandle);
    *status = !captures(stream)                 ? cudaStreamCaptureStatusNone
              : stream->place.capture->isSpoilt ? cudaStreamCaptureStatusInvalidated
                                                : cudaStreamCaptureStatusActive;
    return call.result();
}

cudaError_t cudaGraphGetNodes(cudaGraph_t graph, cudaGraphNode_t* nodes, std::size_t* count) {
    const RuntimeCall call;
    if (call.mustFail() || !g_graphs.knows(graph))
        return call.result(cudaErrorInvalidValue);
    if (nodes == nullptr) {
        *count = graph->nodes.size();
        return call.result();
    }
    for (std::size_t i = 0; i < *count; ++i)
        nodes[i] = i < graph->nodes.size() ? &graph->nodes[i] : nullptr;
    *count = std::min(*count, graph->nodes.size());
    return call.result();
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph, unsigned long long) {
    const RuntimeCall call;
    if (call.mustFail() || !g_graphs.knows(graph))
        return call.result(cudaErrorInvalidValue);
    *executable = g_executables.add({graph->nodes});
    return call.result();
}

cudaError_t cudaGraphUpload(cudaGraphExec_t executable, cudaStream_t stream) {
    const RuntimeCall call;
    if (call.mustFail() || !g_executables.knows(executable))
        return call.result(cudaErrorInvalidValue);
    return call.result(permitUncaptured(stream));
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream) {
    const RuntimeCall call;
    if (call.mustFail() || !g_executables.knows(executable))
        return call.result(cudaErrorInvalidValue);
    if (const cudaError_t error = permitUncaptured(stream); error != cudaSuccess)
        return call.result(error);
    return call.result(submit(stream, [&] { runGraph(executable->nodes, orderOfNextLaunch()); }));
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
    const RuntimeCall call;
    return call.result(g_executables.remove(executable));
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
    const RuntimeCall call;
    return call.result(g_graphs.remove(graph));
}
