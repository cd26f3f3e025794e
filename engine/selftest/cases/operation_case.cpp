#include "engine/selftest/cases/operation_case.h"

#include "engine/core/aligned_buffer.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace engine::selftest {

namespace {

constexpr float kPoison = std::numeric_limits<float>::quiet_NaN();
// Tensors begin at multiples of this, as the forward pass's do, and have as much poison behind them at least.
constexpr std::size_t kUnit = kBufferAlignment / sizeof(float);
// Of a state before and after the operation's part, which therefore is as well aligned as a layer's.
constexpr std::size_t kStateMargin = 64;

} // namespace

int tokensOf(const Batch& batch) {
    return std::accumulate(batch.begin(), batch.end(), 0,
                           [](int sum, const Sequence& sequence) { return sum + sequence.tokens; });
}

std::string describe(const Batch& batch) {
    const auto tokens = [](int count) { return std::to_string(count) + (count == 1 ? " token" : " tokens"); };
    if (batch.size() == 1)
        return tokens(batch.front().tokens);
    if (static_cast<std::size_t>(tokensOf(batch)) == batch.size())
        return std::to_string(batch.size()) + " sequences";
    std::string text = "sequences of ";
    for (std::size_t i = 0; i < batch.size(); ++i)
        text += (i > 0 ? ", " : "") + std::to_string(batch[i].tokens);
    return text + " tokens";
}

std::vector<Batch> batches(std::span<const int> tokens) {
    std::vector<Batch> all;
    for (const int count : tokens)
        all.push_back({{.tokens = count}});
    for (const std::size_t count : {2, 5, kMostSequences})
        all.emplace_back(count);
    all.push_back({{.tokens = 3}, {.tokens = 1}, {.tokens = 4}});
    all.push_back({{.tokens = 3}, {.tokens = 3}});
    return all;
}

Placed::Placed(Backend& backend, std::span<const float> tensors, std::span<const std::vector<float>> states)
    : m_backend(backend)
    , m_tensors(backend.allocate(tensors.size())) {
    backend.fromHost(tensors, m_tensors.get());
    for (const std::vector<float>& values : states) {
        if (backend.isHost()) {
            m_hostStates.push_back(backend.allocate(values.size()));
            backend.fromHost(values, m_hostStates.back().get());
            m_states.push_back(m_hostStates.back().get());
        } else {
            m_deviceStates.push_back(backend.placeState(values));
            m_states.push_back(m_deviceStates.back()->values());
        }
    }
}

float* Placed::state(std::size_t sequence) const { return m_states[sequence] + kStateMargin; }

std::vector<float> Placed::tensors(std::size_t count) const {
    std::vector<float> values(count);
    m_backend.toHost(m_tensors.get(), values);
    return values;
}

std::vector<float> Placed::stateValues(std::size_t sequence, std::size_t count) const {
    std::vector<float> values(count);
    if (m_backend.isHost())
        m_backend.toHost(m_states[sequence], values);
    else
        m_deviceStates[sequence]->toHost(values);
    return values;
}

OperationCase::OperationCase(OperationTest& test, Group& group, std::string name)
    : m_test(test)
    , m_group(group)
    , m_name(std::move(name))
    , m_image(kUnit, kPoison)
    , m_batch(1)
    , m_tokens(1)
    , m_states(1, std::vector<float>(1)) {}

Tensor OperationCase::add(const std::string& name, Role role, std::span<const float> values) {
    const Tensor tensor{m_image.size(), values.size()};
    m_image.insert(m_image.end(), values.begin(), values.end());
    m_image.resize((m_image.size() + 2 * kUnit - 1) / kUnit * kUnit, kPoison);
    m_tensors.push_back({name, tensor, role});
    return tensor;
}

Tensor OperationCase::input(const std::string& name, std::span<const float> values) {
    return add(name, Role::Input, values);
}
Tensor OperationCase::input(const std::string& name, std::size_t count, Normal normal) {
    return add(name, Role::Input, m_test.values(count, normal));
}
Tensor OperationCase::output(const std::string& name, std::size_t count) {
    return add(name, Role::Output, std::vector<float>(count, kPoison));
}
Tensor OperationCase::updated(const std::string& name, std::span<const float> values) {
    return add(name, Role::Updated, values);
}
Tensor OperationCase::updated(const std::string& name, std::size_t count, Normal normal) {
    return add(name, Role::Updated, m_test.values(count, normal));
}
Tensor OperationCase::bits(const std::string& name, std::span<const float> values) {
    return add(name, Role::Bits, values);
}
Tensor OperationCase::scratch(const std::string& name, std::size_t count, Normal normal) {
    return add(name, Role::Scratch, m_test.values(count, normal));
}

void OperationCase::setBatch(const Batch& batch, std::size_t stateCount, Normal normal) {
    m_batch = batch;
    m_tokens.assign(static_cast<std::size_t>(tokensOf(batch)), 0);
    m_states.clear();
    for (std::size_t i = 0; i < batch.size(); ++i)
        m_states.push_back(m_test.values(stateCount + 2 * kStateMargin, normal));
}

void OperationCase::begin(const Placed& placed) const {
    std::vector<SequenceInput> inputs;
    std::vector<std::vector<AttentionPages>> attention(m_batch.size());
    std::size_t first = 0;
    for (std::size_t i = 0; i < m_batch.size(); ++i) {
        const bool isOnlyOne = m_batch.size() == 1;
        const auto count = isOnlyOne ? m_tokens.size() : static_cast<std::size_t>(m_batch[i].tokens);
        if (m_attention)
            attention[i] = m_attention(placed, i);
        inputs.push_back({std::span(m_tokens).subspan(first, count), m_batch[i].position,
                          placed.wholeState(i), m_batch[i].usesEnhancement, nullptr, attention[i]});
        first += count;
    }
    placed.backend().begin(inputs);
}

// Bit for bit: also that NaN is the same NaN.
void OperationCase::checkUntouched(std::span<const float> after) {
    const std::span<const float> before = m_image;
    std::size_t end = 0; // of the tensor before
    const auto checkGap = [&](std::size_t begin, const std::string& place) {
        const auto gap = after.subspan(end, begin - end);
        if (const auto changed = bitDifference(gap, before.subspan(end, begin - end)); changed.error > 0)
            m_group.fail(m_name + ": writes " + place);
    };
    for (const Named& named : m_tensors) {
        checkGap(named.tensor.offset, "before " + named.name);
        end = named.tensor.offset + named.tensor.count;
        if (named.role != Role::Input)
            continue;
        const auto changed = bitDifference(read(after, named.tensor), read(before, named.tensor));
        if (changed.error > 0)
            m_group.fail(m_name + ", " + named.name + ", which is only read: " + changed.describe());
    }
    checkGap(after.size(), "behind the last of its tensors");
}

std::vector<float> OperationCase::onDevice(const Work& work) {
    const Placed placed(m_test.tested(), m_image, m_states);
    begin(placed);
    work(placed);
    auto after = placed.tensors(m_image.size());
    checkUntouched(after);
    return after;
}

void OperationCase::compare(double bound, const Work& work) {
    const Placed tested(m_test.tested(), m_image, m_states);
    const Placed reference(m_test.reference(), m_image, m_states);
    for (const Placed* placed : {&tested, &reference}) {
        begin(*placed);
        work(*placed);
    }
    const auto found = tested.tensors(m_image.size());
    const auto expected = reference.tensors(m_image.size());
    checkUntouched(found);
    for (const Named& named : m_tensors)
        if (named.role == Role::Output || named.role == Role::Updated)
            record(named.name, difference(read(found, named.tensor), read(expected, named.tensor)), bound);
        else if (named.role == Role::Bits)
            record(named.name, bitDifference(read(found, named.tensor), read(expected, named.tensor)), 0);
    for (std::size_t i = 0; i < m_states.size(); ++i) {
        const std::size_t count = m_states[i].size();
        const auto after = tested.stateValues(i, count);
        const std::span<const float> before = m_states[i];
        record("state", difference(after, reference.stateValues(i, count)), bound);
        if (count <= 2 * kStateMargin)
            continue;
        for (const std::size_t margin : {std::size_t{0}, count - kStateMargin})
            if (bitDifference(std::span(after).subspan(margin, kStateMargin),
                              before.subspan(margin, kStateMargin))
                    .error > 0)
                m_group.fail(m_name + ": writes another part of the state");
    }
}

} // namespace engine::selftest
