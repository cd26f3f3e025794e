#include "engine/model/forward/activations.h"

#include "engine/core/aligned_buffer.h"
#include "engine/model/enhancement_state.h"
#include "engine/model/gate_layout.h"
#include "engine/model/weights.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace engine {

namespace {

// The widest hidden row of each low-rank map in any layer; the maps of one step are computed side by side.
std::array<std::size_t, 4> hiddenColumns(const Model& model) {
    std::array<std::size_t, 4> columns{};
    const auto widen = [&](std::size_t index, int rank) {
        columns[index] = std::max(columns[index], static_cast<std::size_t>(rank));
    };
    for (const LayerWeights& layer : model.weights().layers) {
        if (const auto* mixing = std::get_if<Rwkv6TimeMixing>(&layer.timeMixing)) {
            widen(0, mixing->mixDown.outputs());
            widen(1, mixing->decay.rank());
        } else if (const auto* goose = std::get_if<Rwkv7TimeMixing>(&layer.timeMixing)) {
            widen(0, goose->decay.rank());
            widen(1, goose->rate.rank());
            widen(2, goose->gate.rank());
            widen(3, goose->firstValue.rank());
        }
    }
    for (const EnhancementWeights& enhancement : model.enhancements()) {
        if (const auto* gate = std::get_if<AdaptiveGateWeights>(&enhancement.kind))
            widen(0, gate->shift.rank());
        else if (const auto* routing = std::get_if<ConvolutionalRoutingWeights>(&enhancement.kind))
            widen(0, routing->route.rank());
        else if (const auto* sources = std::get_if<SourceGateWeights>(&enhancement.kind))
            widen(0, sources->route.rank());
    }
    return columns;
}

} // namespace

Activations::Activations(const Model& model, int maxTokens, int maxSequences, Backend& backend)
    : capacity(maxTokens)
    , sequences(maxSequences) {
    const ModelConfig& config = model.config();
    const auto tokens = static_cast<std::size_t>(maxTokens);
    const auto width = static_cast<std::size_t>(config.width);
    const std::size_t rows = tokens * width;
    const auto sequenceRows = static_cast<std::size_t>(maxSequences) * width;
    const bool isGoose = config.architecture == Architecture::Rwkv7;
    const bool isEnhanced = config.enhancement.variant != EnhancementConfig::Variant::None;
    const bool hasSourceGates = config.enhancement.variant == EnhancementConfig::Variant::SourceGates;
    const bool routes =
        hasSourceGates || config.enhancement.variant == EnhancementConfig::Variant::ConvRouting;
    const bool hasShiftChange =
        isEnhanced && !routes && config.enhancement.shift == EnhancementConfig::Shift::Mlp;

    std::vector<std::pair<float**, std::size_t>> wanted;
    for (std::size_t i = 0; i < (isEnhanced ? 2 : 1); ++i)
        wanted.emplace_back(&streams[i], rows);
    wanted.emplace_back(&normalised, rows + sequenceRows);
    for (float*& buffer : shifted)
        wanted.emplace_back(&buffer, rows);
    for (float** buffer : {&receptance, &key, &value, &gate, &decayLogit, &mixed})
        wanted.emplace_back(buffer, rows);
    if (isGoose)
        for (float** buffer : {&rateLogit, &valueMixLogit, &firstLayerValue})
            wanted.emplace_back(buffer, rows);
    wanted.emplace_back(&feedForward, tokens * static_cast<std::size_t>(config.feedForward));
    const auto columns = hiddenColumns(model);
    for (std::size_t i = 0; i < hidden.size(); ++i)
        wanted.emplace_back(&hidden[i], tokens * columns[i]);
    if (isEnhanced) {
        const auto gates = static_cast<std::size_t>(gateLayout(config).layerWidth());
        m_gatesPerLayer = static_cast<std::size_t>(maxSequences) * gates;
        wanted.emplace_back(
            &m_gates, std::max(tokens * gates, static_cast<std::size_t>(config.layers) * m_gatesPerLayer));
    }
    if (hasShiftChange)
        wanted.emplace_back(&shiftChange, rows);
    if (routes)
        wanted.emplace_back(&routed, 2 * rows);
    if (hasSourceGates)
        wanted.emplace_back(&means, static_cast<std::size_t>(meanRows(config.enhancement)) * rows);
    if (config.enhancement.routesRows)
        wanted.emplace_back(&tokenRows, 2 * rows);
    if (embeddingRows(config.enhancement) > 0)
        wanted.emplace_back(&embeddings, rows + sequenceRows);

    const auto padded = [](std::size_t count) {
        constexpr std::size_t kFloats = kBufferAlignment / sizeof(float);
        return (count + kFloats - 1) / kFloats * kFloats;
    };
    std::size_t total = 0;
    for (const auto& [buffer, count] : wanted)
        total += padded(count);
    m_memory = backend.allocate(total);
    float* next = m_memory.get();
    for (const auto& [buffer, count] : wanted) {
        *buffer = next;
        next += padded(count);
    }
}

} // namespace engine
