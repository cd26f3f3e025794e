#include "app/engine_thread/model_tokens.h"

#include "engine/runtime/generation.h"

#include <span>

namespace app {

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
