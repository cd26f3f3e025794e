#include "app/assistant/state_keeping.h"

#include "engine/runtime/state_file.h"

#include <array>
#include <cstring>
#include <optional>
#include <string>

namespace app {

namespace {

constexpr qsizetype kMostStates = 3;
// What a project may grow by for them.
constexpr qsizetype kMostBytes = qsizetype{64} << 20;

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

} // namespace

QList<KeptState> keptStates(const ShelvedModel& model) {
    const std::string fingerprint = model.info.fingerprint.toStdString();
    QList<KeptState> states;
    qsizetype bytes = 0;
    for (const auto& snapshot : model.stateCache.snapshots()) {
        const auto written =
            engine::writeState(snapshot.state, snapshot.logits, fingerprint, engine::StatePrecision::Float32);
        if (!written)
            break;
        bytes += static_cast<qsizetype>(written->size());
        if (bytes > kMostBytes)
            break;
        states.append({model.info.fingerprint, toBytes(snapshot.key),
                       QByteArray(reinterpret_cast<const char*>(written->data()),
                                  static_cast<qsizetype>(written->size()))});
        if (states.size() == kMostStates)
            break;
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
