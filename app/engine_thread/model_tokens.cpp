#include "app/engine_thread/model_tokens.h"

#include "engine/runtime/generation.h"

#include <algorithm>
#include <span>
#include <string>

namespace app {

namespace {

// Units of the characters that begin in these bytes.
qsizetype unitsOf(std::string_view bytes) {
    qsizetype units = 0;
    for (const char byte : bytes) {
        const auto value = static_cast<unsigned char>(byte);
        units += (value & 0xC0) == 0x80 ? 0 : value >= 0xF0 ? 2 : 1;
    }
    return units;
}

} // namespace

std::optional<QList<qsizetype>> ModelTokens::ends(QStringView text) const {
    const auto tokens = m_tokenizer.encode(text.toUtf8().toStdString());
    if (!tokens)
        return std::nullopt;
    QList<qsizetype> ends;
    ends.reserve(static_cast<qsizetype>(tokens->size()));
    qsizetype end = 0;
    for (const int token : *tokens)
        ends.append(end += unitsOf(m_tokenizer.bytes(token)));
    return ends;
}

engine::Expected<TokensToRead> tokensToRead(const ShelvedModel& model, const QString& prompt) {
    const auto tokens = engine::Generation::encodePrompt(*model.tokenizer, prompt.toStdString());
    if (!tokens)
        return failure(tokens.error());
    std::span<const int> toRead = *tokens;
    // The last one is not read: what is written first begins with it (Generation::readPrompt()).
    if (toRead.size() > 1 && !model.tokenizer->bytes(toRead.back()).empty())
        toRead = toRead.first(toRead.size() - 1);
    const engine::State shape(model.session->model().config());
    TokensToRead result{static_cast<int>(tokens->size()), static_cast<int>(tokens->size() - toRead.size())};
    for (const engine::StateCache::Snapshot* const snapshot : model.stateCache.along(toRead)) {
        const bool isWhole = snapshot->key.tokens == toRead.size();
        if ((isWhole && snapshot->logits.empty()) || !snapshot->state.sharesBaseWith(shape))
            continue;
        result.known += static_cast<int>(snapshot->key.tokens);
        break;
    }
    return result;
}

} // namespace app
