#include "engine/training/batch_order.h"

#include "engine/core/random.h"

#include <algorithm>
#include <numeric>

namespace engine {

namespace {

void shuffle(std::vector<std::uint32_t>& order, Random& random) {
    for (std::size_t i = order.size(); i-- > 1;)
        std::swap(order[i], order[random.below(i + 1)]);
}

// The separator belongs to the document before it.
std::vector<std::uint64_t> documentEnds(const TokenDataset& dataset) {
    std::vector<std::uint64_t> ends;
    const auto tokens = dataset.tokens();
    for (std::size_t i = 0; i < tokens.size(); ++i)
        if (tokens[i] == dataset.separator() || i + 1 == tokens.size())
            ends.push_back(i + 1);
    return ends;
}

} // namespace

BatchOrder::BatchOrder(const TokenDataset& dataset, const BatchSchedule& schedule, int window, int segment,
                       TextOrder order, std::uint64_t seed)
    : m_dataset(dataset)
    , m_schedule(schedule)
    , m_window(window)
    , m_windowsPerSegment(segment / window)
    , m_segments(static_cast<std::int64_t>(dataset.tokens().size()) / segment)
    , m_textOrder(order)
    , m_seed(seed) {
    if (order == TextOrder::Documents)
        m_documentEnds = documentEnds(dataset);
    for (int slot = 0; slot < schedule.fullSize(); ++slot)
        m_firstSteps.push_back(schedule.firstStepOf(slot));
}

void BatchOrder::shuffleDocuments(Epoch& epoch, Random& random) const {
    epoch.documents.resize(m_documentEnds.size());
    std::iota(epoch.documents.begin(), epoch.documents.end(), 0u);
    shuffle(epoch.documents, random);
    epoch.ends.clear();
    std::uint64_t end = 0;
    for (const std::uint32_t document : epoch.documents) {
        end += m_documentEnds[document] - (document == 0 ? 0 : m_documentEnds[document - 1]);
        epoch.ends.push_back(end);
    }
}

const BatchOrder::Epoch& BatchOrder::epoch(std::int64_t number) {
    Epoch& epoch = m_epochs[number & 1];
    if (epoch.number != number) {
        Random random(m_seed + 0x9E3779B97F4A7C15u * static_cast<std::uint64_t>(number + 1));
        if (m_textOrder == TextOrder::Documents)
            shuffleDocuments(epoch, random);
        epoch.segments.resize(static_cast<std::size_t>(m_segments));
        std::iota(epoch.segments.begin(), epoch.segments.end(), 0u);
        shuffle(epoch.segments, random);
        epoch.number = number;
    }
    return epoch;
}

// Turns change for all slots within one segment's windows, each slot's some windows earlier or later.
std::int64_t BatchOrder::firstTurn(std::int64_t slot) const {
    return (m_firstSteps[static_cast<std::size_t>(slot)] + slot % m_windowsPerSegment) / m_windowsPerSegment;
}

// Segments are given out turn by turn, within a turn to the slots that are there by then.
std::int64_t BatchOrder::ordinal(std::int64_t slot, std::int64_t turn) const {
    std::int64_t before = 0;
    for (std::int64_t other = 0; other < m_schedule.fullSize(); ++other) {
        const std::int64_t first = firstTurn(other);
        before += std::max<std::int64_t>(0, turn - first) + (other < slot && first <= turn ? 1 : 0);
    }
    return before;
}

template <class Value, class Out>
void BatchOrder::read(const Epoch& epoch, std::int64_t begin, std::span<const Value> values,
                      std::span<Out> out) const {
    auto at = static_cast<std::uint64_t>(begin);
    if (epoch.documents.empty()) {
        std::copy_n(values.begin() + begin, out.size(), out.begin());
        return;
    }
    auto end = std::ranges::upper_bound(epoch.ends, at);
    while (!out.empty()) {
        const std::uint32_t document = epoch.documents[static_cast<std::size_t>(end - epoch.ends.begin())];
        const std::uint64_t left = *end - at;
        const std::size_t count = std::min<std::size_t>(out.size(), left);
        const auto from = static_cast<std::ptrdiff_t>(m_documentEnds[document] - left);
        std::copy_n(values.begin() + from, count, out.begin());
        out = out.subspan(count);
        at += count;
        ++end;
    }
}

void BatchOrder::batch(std::int64_t step, std::span<int> inputs, std::span<int> targets,
                       std::span<char> starts, std::span<char> marked) {
    const auto tokens = m_dataset.tokens();
    for (std::int64_t slot = 0; slot < m_schedule.sequencesAt(step); ++slot) {
        const auto i = static_cast<std::size_t>(slot);
        const std::int64_t at = step + slot % m_windowsPerSegment; // each slot is some windows ahead
        const std::int64_t window = at % m_windowsPerSegment;
        const std::int64_t place = ordinal(slot, at / m_windowsPerSegment);
        const Epoch& row = epoch(place / m_segments);
        const std::int64_t segment = row.segments[static_cast<std::size_t>(place % m_segments)];
        const std::int64_t begin = (segment * m_windowsPerSegment + window) * m_window;
        const auto width = static_cast<std::size_t>(m_window);
        const auto input = inputs.subspan(i * width, width), target = targets.subspan(i * width, width);
        starts[i] = window == 0 || step == m_firstSteps[i];
        read(row, begin, tokens, target);
        if (!marked.empty())
            read(row, begin, m_dataset.marked(), marked.subspan(i * width, width));
        std::copy_n(target.begin(), width - 1, input.begin() + 1);
        if (starts[i])
            input[0] = m_dataset.separator();
        else
            read(row, begin - 1, tokens, input.first(1));
    }
}

} // namespace engine
