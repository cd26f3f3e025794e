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

// Calls run(first op, its number, how many): once for all sequences if they have the same number of tokens,
// else one by one.
template <class Operation, class Run> void forSequences(std::span<const Operation> ops, Run&& run) {
    const auto isLikeFirst = [&](const Operation& op) { return op.tokens == ops.front().tokens; };
    if (std::ranges::all_of(ops, isLikeFirst)) {
        run(ops.front(), 0, static_cast<int>(ops.size()));
        return;
    }
    for (std::size_t i = 0; i < ops.size(); ++i)
        run(ops[i], static_cast<int>(i), 1);
}

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

float* CudaBackend::wkvMemory(std::size_t floats) {
    m_wkv.ensure(floats, "reading the text");
    return floats > 0 ? m_wkv.data() : nullptr;
}

// ---- a step ----

void CudaBackend::begin(std::span<const SequenceInput> inputs) {
    m_device->makeCurrent();
    m_step.set(inputs, stream());
    m_gateFloats = 0;
}

std::vector<const void*> CudaBackend::workingMemory() const {
    return {m_step.tokens(),
            m_linear.sparseSums(),
            m_linear.roundedInputs(),
            m_linear.inputScales(),
            m_linear.widenedWeights(),
            m_linear.workspace().data,
            m_wkv.data()};
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
            m_gatesPerRow = m_gateFloats / static_cast<std::size_t>(m_step.rows());
        return;
    }
    check(cudaGraphLaunch(recorded->graph, stream().handle), "reading a token");
    deliverGates(); // of the step before, while this one runs
    if (kind.reportsGates) {
        m_pending = Pending{std::move(recorded), m_step.inputs()};
        check(cudaEventRecord(m_ended, stream().handle), "reading a token");
    }
}

void CudaBackend::deliverGates() {
    if (!m_pending)
        return;
    const Pending pending = std::move(*m_pending);
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
    engine::deliverGates({report.layer, report.width, m_reportedGates.data()}, m_step.inputs());
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

void CudaBackend::tokenShift(std::span<const TokenShift> ops) {
    forSequences(ops, [&](const TokenShift& op, int first, int count) {
        std::array<TokenShiftUse, kMostTokenShiftUses> uses;
        std::ranges::transform(op.uses, uses.begin(), [&](const TokenShiftUse& use) {
            return TokenShiftUse{m_weights.values(use.mix, static_cast<std::size_t>(op.width)), use.output};
        });
        TokenShift ours = op;
        ours.tokens = op.tokens * count;
        ours.norm = m_weights.norm(op.norm, op.width);
        ours.uses = std::span(uses).first(op.uses.size());
        cuda::tokenShift(ours, m_step.sequences(first, count, op.previous), stream());
    });
}

void CudaBackend::dynamicShift(std::span<const DynamicShift> ops) {
    forSequences(ops, [&](const DynamicShift& op, int first, int count) {
        const auto width = static_cast<std::size_t>(op.width);
        DynamicShift ours = op;
        ours.tokens = op.tokens * count;
        ours.factors = m_weights.matrix(op.factors);
        for (TokenShiftUse& use : ours.uses)
            use.mix = m_weights.values(use.mix, width);
        cuda::dynamicShift(ours, m_step.sequences(first, count, nullptr), stream());
    });
}

void CudaBackend::wkv6(std::span<const Wkv6> ops) {
    forSequences(ops, [&](const Wkv6& op, int first, int count) {
        const int width = op.heads * op.headSize;
        Wkv6 ours = op;
        ours.tokens = op.tokens * count;
        if (op.decayIsConstant)
            ours.decayLogit = m_weights.values(op.decayLogit, static_cast<std::size_t>(width));
        ours.bonus = m_weights.values(op.bonus, static_cast<std::size_t>(width));
        ours.groupNorm = m_weights.norm(op.groupNorm, width);
        float* const memory =
            count == 1 ? wkvMemory(wkv6MemoryFloats(op.tokens, op.heads, op.headSize)) : nullptr;
        cuda::wkv6(ours, m_step.sequences(first, count, op.state), memory, stream());
    });
}

void CudaBackend::wkv7(std::span<const Wkv7> ops) {
    forSequences(ops, [&](const Wkv7& op, int first, int count) {
        const int width = op.heads * op.headSize;
        const auto values = [&](const float* host) {
            return m_weights.values(host, static_cast<std::size_t>(width));
        };
        Wkv7 ours = op;
        ours.tokens = op.tokens * count;
        ours.removalScale = values(op.removalScale);
        ours.rateScale = values(op.rateScale);
        ours.bonus = values(op.bonus);
        ours.groupNorm = m_weights.norm(op.groupNorm, width);
        float* const memory =
            count == 1 ? wkvMemory(wkv7MemoryFloats(op.tokens, op.heads, op.headSize)) : nullptr;
        cuda::wkv7(ours, m_step.sequences(first, count, op.state), memory, stream());
    });
}

void CudaBackend::previousRows(std::span<const PreviousRows> ops) {
    forSequences(ops, [&](const PreviousRows& op, int first, int count) {
        PreviousRows ours = op;
        ours.tokens = op.tokens * count;
        cuda::previousRows(ours, m_step.sequences(first, count, op.earlier.values), stream());
    });
}

void CudaBackend::convolutionalShift(std::span<const ConvolutionalShift> ops) {
    forSequences(ops, [&](const ConvolutionalShift& op, int first, int count) {
        const std::size_t size = static_cast<std::size_t>(op.taps) * static_cast<std::size_t>(op.width);
        ConvolutionalShift ours = op;
        ours.tokens = op.tokens * count;
        ours.kernel = m_weights.values(op.kernel, size);
        ours.position = m_weights.values(op.position, size * kPositionFeatures);
        cuda::convolutionalShift(ours, m_step.sequences(first, count, op.earlier.values), stream());
    });
}

void CudaBackend::adaptiveGate(std::span<const AdaptiveGate> ops) {
    forSequences(ops, [&](const AdaptiveGate& op, int first, int count) {
        AdaptiveGate ours = op;
        ours.tokens = op.tokens * count;
        ours.bias = m_weights.values(op.bias, static_cast<std::size_t>(op.width));
        if (op.norm)
            ours.norm = m_weights.norm(*op.norm, op.width);
        cuda::adaptiveGate(ours, m_step.sequences(first, count, op.earlier.values), stream());
    });
}

DrawnToken CudaBackend::drawToken(const TokenDraw& op) { return cuda::drawToken(op, m_draw, stream()); }

} // namespace engine::cuda
