// model_tokens.h: a model's tokens as places in a text of the application, and how many of a prompt's the
// model remembers.
// Threads: engine thread only.
#pragma once

#include "app/engine_thread/model_shelf.h"
#include "app/reading/prompt_assembly.h"

namespace app {

class ModelTokens final : public TokenCounter {
public:
    // `model` must outlive this.
    explicit ModelTokens(ShelvedModel& model)
        : m_model(model) {}

    [[nodiscard]] std::optional<QList<qsizetype>> ends(QStringView text) const override {
        return m_model.tokenMemory.ends(*m_model.tokenizer, text);
    }

private:
    ShelvedModel& m_model;
};

// Of a prompt's tokens (Generation::encodePrompt()) so many need not be read; what is left is what
// Generation::promptTokensRead() will say. Nothing is read, and nothing counts as used.
struct TokensToRead {
    int promptTokens = 0;
    int known = 0;
};
[[nodiscard]] engine::Expected<TokensToRead> tokensToRead(const ShelvedModel& model, const QString& prompt);

} // namespace app
