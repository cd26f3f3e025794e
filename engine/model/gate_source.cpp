#include "engine/model/gate_source.h"

#include "engine/model/config.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace engine {

namespace {

using Kind = RowSource::Kind;

constexpr std::string_view kEarlier = "h-", kMean = "mean:";
constexpr std::string_view kEmbedding = "x0", kPreviousEmbedding = "x0-1";

template <class Number> std::optional<Number> number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

// 0.9, not 0.89999998: the shortest that reads back as the same float32.
std::string shortest(float value) {
    std::array<char, 32> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

Failure bad(const std::string& what) {
    return failure(ErrorCode::FileDamaged, "inkgate.enhancement: " + what);
}

} // namespace

std::string name(const GateSource& source) {
    switch (source.kind) {
    case Kind::Earlier: return std::string(kEarlier) + std::to_string(source.distance);
    case Kind::Mean: return std::string(kMean) + shortest(source.decay);
    case Kind::Embedding: return std::string(kEmbedding);
    case Kind::PreviousEmbedding: return std::string(kPreviousEmbedding);
    }
    return {};
}

Expected<GateSource> sourceNamed(std::string_view name) {
    if (name == kEmbedding)
        return GateSource{.kind = Kind::Embedding};
    if (name == kPreviousEmbedding)
        return GateSource{.kind = Kind::PreviousEmbedding};
    if (name.starts_with(kEarlier))
        if (const auto k = number<int>(name.substr(kEarlier.size())); k && *k >= 1 && *k <= kFarthestSource)
            return GateSource{.kind = Kind::Earlier, .distance = *k};
    if (name.starts_with(kMean)) {
        const auto decay = number<float>(name.substr(kMean.size()));
        if (decay && *decay > 0 && *decay < 1)
            return GateSource{.kind = Kind::Mean, .decay = *decay};
        return bad("the decay of source \"" + std::string(name) + "\" must be a number between 0 and 1");
    }
    return bad("unknown source \"" + std::string(name) + "\"; there are h-1 to h-" +
               std::to_string(kFarthestSource) + ", mean: with a decay, x0 and x0-1");
}

Expected<std::vector<GateSource>> sourcesNamed(std::span<const std::string> names) {
    if (names.empty() || names.size() > std::size_t{kMostSources})
        return bad("source-gates have 1 to " + std::to_string(kMostSources) + " sources, found " +
                   std::to_string(names.size()));
    std::vector<GateSource> sources;
    for (const std::string& text : names) {
        const auto source = sourceNamed(text);
        if (!source)
            return failure(source.error());
        if (std::ranges::find(sources, *source) != sources.end())
            return bad("the source " + name(*source) + " stands twice");
        sources.push_back(*source);
    }
    if (countMeans(sources) > kMostMeans)
        return bad("at most " + std::to_string(kMostMeans) + " sources may be means, found " +
                   std::to_string(countMeans(sources)));
    return sources;
}

std::vector<GateSource> usualSources() {
    std::vector<GateSource> sources;
    for (int k = 1; k <= 4; ++k)
        sources.push_back({.kind = Kind::Earlier, .distance = k});
    for (const float decay : kUsualDecays)
        sources.push_back({.kind = Kind::Mean, .decay = decay});
    sources.push_back({.kind = Kind::Embedding});
    sources.push_back({.kind = Kind::PreviousEmbedding});
    return sources;
}

int farthestSource(std::span<const GateSource> sources) {
    int farthest = 0;
    for (const GateSource& source : sources)
        farthest = std::max(farthest, source.distance);
    return farthest;
}

int countMeans(std::span<const GateSource> sources) {
    return static_cast<int>(std::ranges::count(sources, Kind::Mean, &GateSource::kind));
}

bool hasEmbedding(std::span<const GateSource> sources) {
    return std::ranges::any_of(sources, [](const GateSource& source) {
        return source.kind == Kind::Embedding || source.kind == Kind::PreviousEmbedding;
    });
}

std::array<float, kMostMeans> meanDecays(std::span<const GateSource> sources) {
    std::array<float, kMostMeans> decays{};
    std::size_t mean = 0;
    for (const GateSource& source : sources)
        if (source.kind == Kind::Mean)
            decays[mean++] = source.decay;
    return decays;
}

std::array<RowSource, kMostSources> rowSources(std::span<const GateSource> sources) {
    std::array<RowSource, kMostSources> rows{};
    int mean = 0;
    for (std::size_t i = 0; i < sources.size(); ++i) {
        const int index = sources[i].kind == Kind::Mean ? mean++ : sources[i].distance;
        rows[i] = {sources[i].kind, static_cast<std::uint8_t>(index)};
    }
    return rows;
}

} // namespace engine
