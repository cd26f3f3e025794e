#include "app/engine_thread/state_keeping.h"

#include "engine/runtime/state/state_file.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

namespace app {

namespace {

// In tokens, before the end of what was read.
constexpr std::uint64_t kDistances[] = {1024, 8192, 65536};
// What a project may grow by for them.
constexpr qsizetype kMostBytes = qsizetype{64} << 20;

using Snapshot = engine::StateCache::Snapshot;
using KeyNumbers = std::array<std::uint64_t, 3>;

QByteArray toBytes(const engine::PrefixKey& key) {
    const KeyNumbers numbers{key.first, key.second, key.tokens};
    return QByteArray(reinterpret_cast<const char*>(numbers.data()), sizeof numbers);
}

std::optional<engine::PrefixKey> toKey(const QByteArray& bytes) {
    KeyNumbers numbers;
    if (bytes.size() != qsizetype{sizeof numbers})
        return std::nullopt;
    std::memcpy(numbers.data(), bytes.constData(), sizeof numbers);
    return engine::PrefixKey{numbers[0], numbers[1], numbers[2]};
}

// The most important first. Both rows have the furthest first.
std::vector<const Snapshot*> worthKeeping(const std::vector<const Snapshot*>& text,
                                          const std::vector<const Snapshot*>& prompt) {
    std::vector<const Snapshot*> kept;
    const auto add = [&kept](const Snapshot* snapshot) {
        if (std::ranges::find(kept, snapshot) == kept.end())
            kept.push_back(snapshot);
    };
    if (text.empty())
        return kept;
    add(text.front());
    if (!prompt.empty())
        add(prompt.front());
    for (const std::uint64_t distance : kDistances) {
        const auto before = std::ranges::find_if(text, [&](const Snapshot* snapshot) {
            return snapshot->key.tokens + distance <= text.front()->key.tokens;
        });
        if (before != text.end())
            add(*before);
    }
    return kept;
}

qsizetype bytesOf(const QList<KeptState>& states) {
    return std::accumulate(states.begin(), states.end(), qsizetype{0},
                           [](qsizetype sum, const KeptState& kept) { return sum + kept.state.size(); });
}

} // namespace

QList<KeptState> keptStates(const ShelvedModel& model, std::span<const int> text,
                            std::span<const int> prompt) {
    const std::string fingerprint = model.info.fingerprint.toStdString();
    const engine::State shape(model.model->config()); // not that of a gate on it, whose session it may run in
    QList<KeptState> states;
    for (const Snapshot* snapshot :
         worthKeeping(model.stateCache.along(text), model.stateCache.along(prompt))) {
        const auto written = engine::writeState(snapshot->state.inShapeOf(shape), snapshot->logits,
                                                fingerprint, engine::StatePrecision::Float32);
        if (!written)
            break;
        KeptState kept{model.info.fingerprint, toBytes(snapshot->key),
                       QByteArray(reinterpret_cast<const char*>(written->data()),
                                  static_cast<qsizetype>(written->size()))};
        if (!states.isEmpty() && bytesOf(states) + kept.state.size() > kMostBytes)
            break;
        states.append(std::move(kept));
    }
    return states;
}

QList<KeptState> withThoseOfAnother(QList<KeptState> states, const QList<KeptState>& before) {
    if (states.isEmpty())
        return before;
    const QString own = states.first().model;
    QString other;
    for (const KeptState& kept : before) {
        if (kept.model == own || (!other.isEmpty() && kept.model != other))
            continue;
        if (bytesOf(states) + kept.state.size() > kMostBytes)
            break;
        other = kept.model;
        states.append(kept);
    }
    return states;
}

void restoreStates(ShelvedModel& model, const QList<KeptState>& states) {
    const std::string fingerprint = model.info.fingerprint.toStdString();
    // The last one counts as used last, so the most important comes at the end.
    for (auto kept = states.crbegin(); kept != states.crend(); ++kept) {
        if (kept->model != model.info.fingerprint)
            continue;
        const auto key = toKey(kept->prefix);
        auto stored = engine::readState(
            std::as_bytes(std::span(kept->state.constData(), static_cast<std::size_t>(kept->state.size()))),
            model.model->config(), fingerprint);
        if (key && stored && stored->state.position() == static_cast<std::int64_t>(key->tokens))
            model.stateCache.insert(*key, std::move(stored->state), std::move(stored->logits));
    }
}

} // namespace app
