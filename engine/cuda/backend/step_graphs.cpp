#include "engine/cuda/backend/step_graphs.h"

namespace engine::cuda {

namespace {

// Of kinds that are kept: a handful are in use at a time.
constexpr std::size_t kMostKinds = 16;

} // namespace

StepGraphs::Recorded::~Recorded() {
    if (graph != nullptr)
        (void)cudaGraphExecDestroy(graph);
}

std::shared_ptr<StepGraphs::Recorded> StepGraphs::next(const StepKind& kind, std::size_t gateFloats,
                                                       const std::function<void()>& work) {
    if (m_kinds.size() > kMostKinds) {
        m_device->synchronize("recording a step");
        clear();
    }
    Kind& known = m_kinds[kind];
    if (!known.hasRun) {
        known.hasRun = true;
        return nullptr;
    }
    auto& turn = known.turns[static_cast<std::size_t>(known.next)];
    if (kind.reportsGates)
        known.next = 1 - known.next;
    if (turn == nullptr)
        turn = record(gateFloats, work);
    return turn;
}

std::shared_ptr<StepGraphs::Recorded> StepGraphs::record(std::size_t gateFloats,
                                                         const std::function<void()>& work) {
    auto recorded = std::make_shared<Recorded>();
    if (gateFloats > 0)
        recorded->gates.reserve(gateFloats);
    const cudaStream_t stream = m_device->stream().handle;
    check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "recording a step");
    m_recording = &recorded->gates;
    cudaGraph_t graph = nullptr;
    try {
        work();
        recorded->gates.join(*m_device);
    } catch (...) {
        m_recording = nullptr;
        (void)cudaStreamEndCapture(stream, &graph);
        if (graph != nullptr)
            (void)cudaGraphDestroy(graph);
        throw;
    }
    m_recording = nullptr;
    check(cudaStreamEndCapture(stream, &graph), "recording a step");
    const auto made = cudaGraphInstantiate(&recorded->graph, graph, 0);
    (void)cudaGraphDestroy(graph);
    check(made, "recording a step");
    return recorded;
}

} // namespace engine::cuda
