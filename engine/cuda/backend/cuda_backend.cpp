#include "engine/cuda/backend/cuda_backend.h"

#include "engine/cuda/backend/device_state.h"
#include "engine/cuda/device/sequences.h"
#include "engine/operations/recurrence/wkv_memory.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

namespace engine::cuda {

namespace {

// What an operation needs beside its inputs and outputs (wkv_memory.h): most, nothing.
template <class Operation> std::size_t workingFloats(const Operation&) { return 0; }

} // namespace

CudaBackend::CudaBackend(std::shared_ptr<Device> device)
    : m_device(std::move(device))
    , m_graphs(m_device)
    , m_linear(m_device->stream()) {
    check(cudaEventCreateWithFlags(&m_ended, cudaEventDisableTiming), "starting work");
}

CudaBackend::~CudaBackend() {
    (void)cudaStreamSynchronize(stream().handle);
    (void)cudaEventDestroy(m_ended);
}

// ---- memory ----

std::shared_ptr<float[]> CudaBackend::allocate(std::size_t count) {
    m_device->makeCurrent();
    auto memory = std::make_shared<DeviceArray<float>>(std::max<std::size_t>(count, 1), "reading the text");
    float* const values = memory->data();
    return {std::move(memory), values};
}

std::unique_ptr<StateMemory> CudaBackend::placeState(std::span<const float> values) {
    m_device->makeCurrent();
    return std::make_unique<DeviceState>(m_device, values);
}

bool CudaBackend::owns(const StateMemory& state) const {
    const auto* const ours = dynamic_cast<const DeviceState*>(&state);
    return ours != nullptr && &ours->device() == m_device.get();
}

void CudaBackend::toHost(const float* values, std::span<float> out) {
    m_transfer.ensure(out.size(), "fetching results");
    check(
        cudaMemcpyAsync(m_transfer.data(), values, out.size_bytes(), cudaMemcpyDeviceToHost, stream().handle),
        "fetching results");
    m_device->synchronize("fetching results");
    std::memcpy(out.data(), m_transfer.data(), out.size_bytes());
}

void CudaBackend::fromHost(std::span<const float> values, float* out) {
    check(cudaMemcpyAsync(out, values.data(), values.size_bytes(), cudaMemcpyHostToDevice, stream().handle),
          "handing over values");
    m_device->synchronize("handing over values");
}

// ---- a step ----

void CudaBackend::begin(std::span<const SequenceInput> inputs) {
    m_device->makeCurrent();
    m_step.set(inputs, stream());
    m_gateFloats = 0;
}

std::vector<const void*> CudaBackend::workingMemory() const {
    return {m_step.tokens(),        m_linear.sparseSums(),     m_linear.roundedInputs(),
            m_linear.inputScales(), m_linear.widenedWeights(), m_linear.workspace().data,
            m_working.data()};
}

void CudaBackend::repeat(const StepKind& kind, const std::function<void()>& work) {
    if (auto memory = workingMemory(); memory != m_recordedMemory) {
        m_device->synchronize("reading a token");
        m_graphs.clear();
        m_recordedMemory = std::move(memory);
    }
    auto recorded = m_graphs.next(kind, m_gatesPerRow * static_cast<std::size_t>(m_step.rows()), work);
    if (recorded == nullptr) {
        work();
        if (kind.reportsGates)
            m_gatesPerRow = std::max(m_gatesPerRow, m_gateFloats / static_cast<std::size_t>(m_step.rows()));
        return;
    }
    check(cudaGraphLaunch(recorded->graph, stream().handle), "reading a token");
    deliverGates(); // of the step before, while this one runs
    if (kind.reportsGates) {
        m_pending.emplace(std::move(recorded), m_step.inputs());
        check(cudaEventRecord(m_ended, stream().handle), "reading a token");
    }
}

// The pages may be others, or gone with their state, by the time that the sinks are told.
CudaBackend::Pending::Pending(std::shared_ptr<StepGraphs::Recorded> recorded,
                              const std::vector<SequenceInput>& stepInputs)
    : step(std::move(recorded))
    , inputs(stepInputs) {
    std::size_t count = 0, blocks = 0;
    for (const SequenceInput& input : inputs)
        for (const AttentionPages& of : input.attention) {
            count += of.numbers.size();
            ++blocks;
        }
    numbers.reserve(count);
    pages.reserve(blocks);
    for (SequenceInput& input : inputs) {
        const std::size_t first = pages.size();
        for (const AttentionPages& of : input.attention) {
            const std::size_t at = numbers.size();
            numbers.insert(numbers.end(), of.numbers.begin(), of.numbers.end());
            pages.push_back({});
            pages.back().numbers = std::span(numbers).subspan(at);
        }
        input.attention = std::span(pages).subspan(first);
    }
}

void CudaBackend::deliverGates() {
    if (!m_pending)
        return;
    const Pending pending = std::move(*m_pending); // with it, what its inputs point to
    m_pending.reset();
    check(cudaEventSynchronize(m_ended), "fetching gates");
    pending.step->gates.deliver(pending.inputs);
}

void CudaBackend::reportGates(const GateReport& report) {
    const int rows = m_step.rows();
    if (GateCopies* const recording = m_graphs.recording()) {
        recording->copy(report, rows, *m_device);
        return;
    }
    deliverGates(); // in order
    m_reportedGates.resize(static_cast<std::size_t>(rows) * static_cast<std::size_t>(report.width));
    m_gateFloats += m_reportedGates.size();
    toHost(report.gates, m_reportedGates);
    GateReport ours = report;
    ours.gates = m_reportedGates.data();
    engine::deliverGates(ours, m_step.inputs());
}

// ---- operations ----

void CudaBackend::embedding(const Embedding& op) {
    Embedding ours = op;
    ours.table = m_weights.table(op.table);
    ours.norm = m_weights.norm(op.norm, op.table.columns);
    cuda::embedding(ours, m_step.tokens(), m_step.rows(), stream());
}

void CudaBackend::layerNorm(const LayerNorm& op) {
    LayerNorm ours = op;
    ours.norm = m_weights.norm(op.norm, op.width);
    cuda::layerNorm(ours, stream());
}

void CudaBackend::linear(std::span<const LinearJob> jobs, int tokens) {
    assert(jobs.size() <= kMostJobs);
    std::array<LinearJob, kMostJobs> ours;
    std::ranges::copy(jobs, ours.begin());
    for (LinearJob& job : std::span(ours).first(jobs.size()))
        job.weights = m_weights.matrix(job.weights);
    cuda::linear(std::span(ours).first(jobs.size()), tokens, m_linear, stream());
}

void CudaBackend::lowRank(std::span<const LowRank> ops, int tokens) {
    assert(ops.size() <= kMostLowRanks);
    std::array<LowRank, kMostLowRanks> ours;
    std::ranges::copy(ops, ours.begin());
    for (LowRank& op : std::span(ours).first(ops.size())) {
        const auto width = static_cast<std::size_t>(op.width);
        op.factor = m_weights.matrix(op.factor);
        op.bias = m_weights.values(op.bias, width);
    }
    cuda::lowRank(std::span(ours).first(ops.size()), tokens, stream());
}

template <class Operation, class Launch>
void CudaBackend::forSequences(std::span<const Operation> ops, Launch&& launch) {
    const auto run = [&](const Operation& op, int first, int count) {
        Operation ours = op;
        ours.placeWeights(m_weights);
        Sequences sequences = m_step.sequences(first, count, op.stateBegin());
        if (const std::size_t floats = count == 1 ? workingFloats(op) : 0; floats > 0) {
            m_working.ensure(floats, "reading the text");
            sequences.memory = m_working.data();
        }
        ours.tokens = op.tokens * count;
        launch(ours, sequences);
    };
    const auto isLikeFirst = [&](const Operation& op) { return op.tokens == ops.front().tokens; };
    if (std::ranges::all_of(ops, isLikeFirst))
        return run(ops.front(), 0, static_cast<int>(ops.size()));
    for (std::size_t i = 0; i < ops.size(); ++i)
        run(ops[i], static_cast<int>(i), 1);
}

#define INKGATE_DEFINE(name, Operation)                                                                      \
    void CudaBackend::name(std::span<const Operation> ops) {                                                 \
        forSequences(ops, [&](const Operation& op, const Sequences& sequences) {                             \
            cuda::name(op, sequences, stream());                                                             \
        });                                                                                                  \
    }
INKGATE_SEQUENCE_OPERATIONS(INKGATE_DEFINE)
#undef INKGATE_DEFINE

DrawnToken CudaBackend::drawToken(const TokenDraw& op) { return cuda::drawToken(op, m_draw, stream()); }

} // namespace engine::cuda
