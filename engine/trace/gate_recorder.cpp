#include "engine/trace/gate_recorder.h"

#include "engine/trace/gate_packing.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <new>
#include <utility>

namespace engine {

namespace {

// Sums are kept in this many partial sums, which the compiler turns into vector registers without changing
// any result.
constexpr std::size_t kLanes = 16;
using Lanes = std::array<float, kLanes>;

double total(const Lanes& lanes) {
    double sum = 0;
    for (const float lane : lanes)
        sum += static_cast<double>(lane);
    return sum;
}

float codeOf(float gate) {
    // Written so that not-a-number fails the first comparison and becomes 0.
    const float atLeastZero = gate > 0.0f ? gate : 0.0f;
    const float inRange = atLeastZero < 1.0f ? atLeastZero : 1.0f;
    return inRange * 255.0f + 0.5f;
}

// Four histograms side by side: neighbouring channels often have the same code, and one counter would have to
// wait for itself.
class Histogram {
public:
    explicit Histogram(std::span<const std::uint8_t> codes) {
        std::size_t i = 0;
        for (; i + 4 <= codes.size(); i += 4) {
            ++m_counts[0][codes[i]];
            ++m_counts[1][codes[i + 1]];
            ++m_counts[2][codes[i + 2]];
            ++m_counts[3][codes[i + 3]];
        }
        for (; i < codes.size(); ++i)
            ++m_counts[0][codes[i]];
    }

    // The codes at which the running count reaches each of the ascending `ranks` (from 1).
    template <std::size_t N>
    std::array<std::size_t, N> atRanks(const std::array<std::size_t, N>& ranks) const {
        std::array<std::size_t, N> found{};
        std::size_t next = 0, seen = 0;
        for (std::size_t code = 0; code < kCodes && next < N; ++code) {
            seen += m_counts[0][code] + m_counts[1][code] + m_counts[2][code] + m_counts[3][code];
            while (next < N && seen >= ranks[next])
                found[next++] = code;
        }
        return found;
    }

private:
    static constexpr std::size_t kCodes = 256;
    std::array<std::array<std::uint32_t, kCodes>, 4> m_counts{};
};

std::size_t nearestRank(std::size_t percent, std::size_t count) {
    return std::max<std::size_t>(1, (percent * count + 99) / 100);
}

} // namespace

GateSummary summariseGates(std::span<const float> gates, std::span<std::uint8_t> codes) {
    assert(codes.size() == gates.size());
    const std::size_t count = gates.size();
    if (count == 0)
        return {};
    const std::size_t whole = count / kLanes * kLanes;

    Lanes sums{}, above{};
    for (std::size_t i = 0; i < whole; i += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            const float gate = gates[i + lane];
            sums[lane] += gate;
            above[lane] += gate > 0.5f ? 1.0f : 0.0f;
            codes[i + lane] = static_cast<std::uint8_t>(static_cast<std::int32_t>(codeOf(gate)));
        }
    }
    for (std::size_t i = whole; i < count; ++i) {
        sums[0] += gates[i];
        above[0] += gates[i] > 0.5f ? 1.0f : 0.0f;
        codes[i] = static_cast<std::uint8_t>(static_cast<std::int32_t>(codeOf(gates[i])));
    }
    const double mean = total(sums) / static_cast<double>(count);

    // A second pass, because gates lie close together and the difference of two large sums would lose their
    // spread.
    Lanes squares{};
    const auto centre = static_cast<float>(mean);
    for (std::size_t i = 0; i < whole; i += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            const float difference = gates[i + lane] - centre;
            squares[lane] += difference * difference;
        }
    }
    for (std::size_t i = whole; i < count; ++i)
        squares[0] += (gates[i] - centre) * (gates[i] - centre);

    const auto percentiles =
        Histogram(codes).atRanks<3>({nearestRank(10, count), nearestRank(50, count), nearestRank(90, count)});
    const auto asGate = [](std::size_t code) { return static_cast<float>(code) / 255.0f; };
    return {.mean = static_cast<float>(mean),
            .standardDeviation = static_cast<float>(std::sqrt(total(squares) / static_cast<double>(count))),
            .percentile10 = asGate(percentiles[0]),
            .median = asGate(percentiles[1]),
            .percentile90 = asGate(percentiles[2]),
            .shareAboveHalf = static_cast<float>(total(above) / static_cast<double>(count))};
}

GateRecorder::GateRecorder(const GateLayout& layout, bool keepCodes, Consumer consumer, std::int64_t first)
    : m_layout(layout)
    , m_keepCodes(keepCodes)
    , m_consumer(std::move(consumer))
    , m_position(first)
    , m_scratch(static_cast<std::size_t>(layout.rowWidth)) {
    assert(layout.rows() > 0 && layout.rowWidth > 0);
}

void GateRecorder::begin(int tokens) {
    const std::size_t summaries =
        static_cast<std::size_t>(tokens) * static_cast<std::size_t>(m_layout.rows());
    m_frames = GateFrames();
    m_frames.first = m_position;
    m_frames.tokens = tokens;
    m_frames.layers = m_layout.rows();
    m_frames.width = m_layout.rowWidth;
    m_frames.summaries.resize(summaries * kPackedSummaryBytes);
    if (m_keepCodes)
        m_frames.codes.resize(summaries * static_cast<std::size_t>(m_layout.rowWidth));
}

void GateRecorder::add(int layer, std::span<const float> values) {
    const auto width = static_cast<std::size_t>(m_layout.rowWidth);
    const auto rows = static_cast<std::size_t>(m_layout.rows());
    const auto ofLayer = static_cast<std::size_t>(m_layout.rowsPerLayer);
    for (std::size_t i = 0; i * width < values.size(); ++i) {
        const std::size_t row = i / ofLayer * rows + static_cast<std::size_t>(layer) * ofLayer + i % ofLayer;
        const std::span<std::uint8_t> codes =
            m_keepCodes ? std::span(m_frames.codes).subspan(row * width, width) : std::span(m_scratch);
        packSummary(
            summariseGates(values.subspan(i * width, width), codes),
            std::span(m_frames.summaries).subspan(row * kPackedSummaryBytes).first<kPackedSummaryBytes>());
    }
}

void GateRecorder::gates(int layer, std::span<const float> values) {
    const auto ofToken = static_cast<std::size_t>(m_layout.layerWidth());
    assert(!values.empty() && values.size() % ofToken == 0);
    const auto tokens = static_cast<int>(values.size() / ofToken);
    if (layer == 0) {
        try {
            begin(tokens);
            m_nextLayer = 0;
        } catch (const std::bad_alloc&) {
            m_nextLayer = -1;
        }
    }
    if (layer == m_nextLayer && tokens == m_frames.tokens) {
        add(layer, values);
        ++m_nextLayer;
    } else {
        m_nextLayer = -1; // nothing fits until the next layer 0
    }
    if (layer + 1 != m_layout.layers)
        return;
    // The tokens have been read whether or not their gates were kept.
    m_position += tokens;
    if (m_nextLayer == m_layout.layers)
        m_consumer(std::move(m_frames));
    m_nextLayer = -1;
}

} // namespace engine
