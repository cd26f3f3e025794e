#include "tests/engine/selftest/altered_backend.h"

namespace support {

using namespace engine;

AlteredBackend::AlteredBackend(std::string operation, Alteration alteration)
    : m_cpu(std::make_shared<ThreadPool>(1))
    , m_operation(std::move(operation))
    , m_alteration(alteration) {}

void AlteredBackend::run(const char* operation, float* output, const float* input,
                         const std::function<void()>& work) {
    if (m_operation != operation || m_alteration == Alteration::None)
        return work();
    if (m_alteration == Alteration::Refuses)
        throw BackendFailure({ErrorCode::DeviceLost, "the device stopped working"});
    const float before = *output;
    work();
    if (m_alteration == Alteration::OffByAPercent)
        *output = 1.01f * *output + 0.05f;
    else if (m_alteration == Alteration::Unwritten)
        *output = before;
    else if (m_alteration == Alteration::WritesBeside)
        output[-1] = 0;
    else if (input != nullptr)
        const_cast<float*>(input)[0] += 1;
}

void AlteredBackend::embedding(const Embedding& op) {
    run("embedding", op.stream, nullptr, [&] { m_cpu.embedding(op); });
}
void AlteredBackend::layerNorm(const LayerNorm& op) {
    run("layerNorm", op.output, op.input, [&] { m_cpu.layerNorm(op); });
}
void AlteredBackend::linear(std::span<const LinearJob> jobs, int tokens) {
    const LinearJob& job = jobs.front();
    run("linear", job.end == LinearEnd::AddToStream ? job.stream : job.y, job.x,
        [&] { m_cpu.linear(jobs, tokens); });
}
void AlteredBackend::lowRank(std::span<const LowRank> ops, int tokens) {
    run("lowRank", ops.front().output, nullptr, [&] { m_cpu.lowRank(ops, tokens); });
}
void AlteredBackend::tokenShift(std::span<const TokenShift> ops) {
    run("tokenShift", ops.front().uses.front().output, ops.front().stream, [&] { m_cpu.tokenShift(ops); });
}
void AlteredBackend::dynamicShift(std::span<const DynamicShift> ops) {
    run("dynamicShift", ops.front().uses.front().output, ops.front().normalised,
        [&] { m_cpu.dynamicShift(ops); });
}
void AlteredBackend::wkv6(std::span<const Wkv6> ops) {
    run("wkv6", ops.front().output, ops.front().key, [&] { m_cpu.wkv6(ops); });
}
void AlteredBackend::wkv7(std::span<const Wkv7> ops) {
    run("wkv7", ops.front().output, ops.front().key, [&] { m_cpu.wkv7(ops); });
}
void AlteredBackend::previousRows(std::span<const PreviousRows> ops) {
    run("previousRows", ops.front().output, ops.front().stream, [&] { m_cpu.previousRows(ops); });
}
void AlteredBackend::convolutionalShift(std::span<const ConvolutionalShift> ops) {
    run("convolutionalShift", ops.front().routed, ops.front().stream, [&] { m_cpu.convolutionalShift(ops); });
}
void AlteredBackend::adaptiveGate(std::span<const AdaptiveGate> ops) {
    run("adaptiveGate", ops.front().output, ops.front().stream, [&] { m_cpu.adaptiveGate(ops); });
}

} // namespace support
