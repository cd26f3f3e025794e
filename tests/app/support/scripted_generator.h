// scripted_generator.h: a TextGenerator that writes what a test tells it to, without an engine. Used in a
// thread of its own, as the real one.
// Threads: script*() before the first call; the rest in the generator's thread.
#pragma once

#include "app/generation/text_generator.h"
#include "app/generation/token_choices.h"

#include <QString>

#include <atomic>

namespace app {

class ScriptedGenerator final : public TextGenerator {
    Q_OBJECT

public:
    struct Script {
        QString words =
            QStringLiteral(" the ferry came over the river and the bell rang"); // repeated, one token a word
        int delayMs = 0;                                                        // before each token
        // Reading the prompt, in steps of 1 ms that look at the stop token; each counts as a token. Told
        // every ten.
        int promptMs = 0;
        double secondsPerPromptMs = 0.001; // what such a step pretends to take
        bool reportsGates = true;
        int layers = 2;
        int width = 4;
        int chunk = 0; // not 0: an RWKV-X model with chunks of so many tokens, two sparse blocks of 4 heads
        QString loadProblem = {};     // not empty: models fail to load
        QString generateProblem = {}; // not empty: writing fails after three tokens
    };

    explicit ScriptedGenerator(const Script& script);
    ScriptedGenerator();

    void loadModel(RequestId id, const ModelChoice& choice) override;
    void generate(const GenerationRequest& request, std::stop_token stop) override;
    void writeTogether(const TogetherRequest& request, std::stop_token stop) override;
    // Every unit of a text is a token to it. It knows what it was last given to go on from.
    void inspectPrompt(RequestId id, const ModelChoice& model, const PromptSource& source,
                       std::stop_token stop) override;
    void offerStates(const QList<KeptState>&) override {}

    // Tokens written since the program began; any thread.
    [[nodiscard]] int tokensWritten() const { return m_tokensWritten; }
    // What it was given to go on from last; while it does not run.
    [[nodiscard]] QString lastPrompt() const { return m_lastPrompt; }
    // The gates it reports for a token: any test can tell what must have been stored.
    [[nodiscard]] static GateFrames gatesOf(const Script& script, int token);
    // What it looked back at as it read a token, of so many complete chunks: in block 0 all heads at one of
    // them, in block 1 a head at the first and three at the last.
    [[nodiscard]] static QByteArray looksOf(int token, qsizetype chunks);
    [[nodiscard]] static ModelInfo infoOf(const Script& script, const ModelChoice& choice);

    // What it reports for a word, which is the second likely.
    [[nodiscard]] TokenChoices choicesOf(qsizetype word) const;

private:
    void write(RequestId id, const QList<TogetherRequest::Part>& parts, const GenerationOptions& options,
               const PromptSource& source, const std::stop_token& stop);
    [[nodiscard]] bool readPrompt(RequestId id, Side side, const std::stop_token& stop);

    Script m_script;
    QStringList m_words;
    QString m_lastPrompt;
    std::atomic<int> m_tokensWritten = 0;
};

} // namespace app
