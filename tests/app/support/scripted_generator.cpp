#include "tests/app/support/scripted_generator.h"
#include "engine/trace/chunk_frame.h"
#include "tests/app/support/packed_summary.h"

#include <QThread>

#include <numeric>

namespace app {

namespace {

class Units final : public TokenCounter {
public:
    [[nodiscard]] std::optional<QList<qsizetype>> ends(QStringView text) const override {
        QList<qsizetype> ends(text.size());
        std::iota(ends.begin(), ends.end(), 1);
        return ends;
    }
};
const Units kUnits;

// Quantised as the project file keeps it, so that stored and live frames are equal.
float step(int number, float steps) { return static_cast<float>(number) / steps; }

} // namespace

ScriptedGenerator::ScriptedGenerator()
    : ScriptedGenerator(Script()) {}

ScriptedGenerator::ScriptedGenerator(const Script& script)
    : m_script(script) {
    // Every word keeps the blank before it.
    for (const QString& word : script.words.split(u' ', Qt::SkipEmptyParts))
        m_words.append(u' ' + word);
}

ModelInfo ScriptedGenerator::infoOf(const Script& script, const ModelChoice& choice) {
    ModelInfo info;
    info.name = choice.model;
    info.gate = choice.gate;
    info.fingerprint = QStringLiteral("fingerprint of %1").arg(choice.model);
    info.architecture = script.chunk > 0 ? QStringLiteral("rwkv-x") : QStringLiteral("rwkv6");
    info.enhancement = choice.gate == QLatin1String("none") ? choice.gate : QStringLiteral("adaptive");
    info.layers = script.layers;
    info.width = script.width;
    info.vocabulary = 256;
    info.parameters = 1234567;
    info.hasGates = script.reportsGates && choice.gate != QLatin1String("none");
    return info;
}

GateFrames ScriptedGenerator::gatesOf(const Script& script, int token) {
    GateFrames frames;
    frames.firstToken = token;
    frames.layers = script.layers;
    frames.width = script.width;
    QByteArray codes;
    codes.reserve(qsizetype{script.layers} * script.width);
    for (int layer = 0; layer < script.layers; ++layer) {
        const int seed = token * 31 + layer * 7;
        const GateSummary summary{step(seed % 65536, 65535.0F),   step(seed * 3 % 65536, 65535.0F),
                                  step(seed % 100, 255.0F),       step(seed % 100 + 50, 255.0F),
                                  step(seed % 100 + 100, 255.0F), step(seed * 5 % 65536, 65535.0F)};
        frames.summaries += test::packed(summary);
        for (int channel = 0; channel < script.width; ++channel)
            codes.append(static_cast<char>((seed + channel * 13) % 256));
    }
    frames.channelCodes = codes;
    return frames;
}

QByteArray ScriptedGenerator::looksOf(int token, qsizetype chunks) {
    std::vector<std::byte> packed;
    if (chunks == 0) {
        engine::packChoices({}, packed);
        engine::packChoices({}, packed);
    } else {
        engine::packChoices({{token % chunks, 4}}, packed);
        engine::packChoices(chunks == 1 ? engine::BlockChoices{{0, 4}}
                                        : engine::BlockChoices{{0, 1}, {chunks - 1, 3}},
                            packed);
    }
    return QByteArray(reinterpret_cast<const char*>(packed.data()), static_cast<qsizetype>(packed.size()));
}

TokenChoices ScriptedGenerator::choicesOf(qsizetype word) const {
    TokenChoices choices{2, -1.5F, 0, {}};
    for (qsizetype i = 0; i < 4; ++i) {
        const qsizetype other =
            (word + m_words.size() + 1 - i) % m_words.size(); // the one that comes next first
        choices.best.append(
            {static_cast<int>(other), -1.0F - 0.5F * static_cast<float>(i), m_words[other].toUtf8()});
    }
    return choices;
}

void ScriptedGenerator::loadModel(RequestId id, const ModelChoice& choice) {
    if (m_script.loadProblem.isEmpty())
        emit modelLoaded(id, infoOf(m_script, choice));
    else
        emit modelFailed(id, m_script.loadProblem, QStringLiteral("details"));
}

void ScriptedGenerator::generate(const GenerationRequest& request, std::stop_token stop) {
    write(request.id, {{request.model, request.options.sampler.seed}}, request.options, request.source, stop);
}

void ScriptedGenerator::writeTogether(const TogetherRequest& request, std::stop_token stop) {
    write(request.id, request.parts, request.options, request.source, stop);
}

void ScriptedGenerator::inspectPrompt(RequestId id, const ModelChoice& model, const PromptSource& source,
                                      std::stop_token stop) {
    PromptInspection inspection;
    inspection.id = id;
    inspection.hasModel = m_script.loadProblem.isEmpty();
    inspection.prompt = assemblePrompt(source, inspection.hasModel ? &kUnits : nullptr, stop);
    inspection.fingerprint = infoOf(m_script, model).fingerprint;
    inspection.promptTokens = static_cast<int>(inspection.prompt.text.size());
    while (inspection.tokensKnown < std::min(inspection.prompt.text.size(), m_lastPrompt.size()) &&
           inspection.prompt.text[inspection.tokensKnown] == m_lastPrompt[inspection.tokensKnown])
        ++inspection.tokensKnown;
    if (!stop.stop_requested())
        emit promptInspected(inspection);
}

bool ScriptedGenerator::readPrompt(RequestId id, Side side, const std::stop_token& stop) {
    for (int elapsed = 0; elapsed < m_script.promptMs && !stop.stop_requested(); ++elapsed) {
        QThread::msleep(1);
        if (elapsed % 10 == 9)
            emit promptProgress(PromptProgress{id, side, elapsed + 1, m_script.promptMs, elapsed + 1,
                                               m_script.secondsPerPromptMs * (elapsed + 1)});
    }
    return !stop.stop_requested();
}

void ScriptedGenerator::write(RequestId id, const QList<TogetherRequest::Part>& parts,
                              const GenerationOptions& options, const PromptSource& source,
                              const std::stop_token& stop) {
    Outcome outcome;
    const auto end = [&](OutcomeKind kind, const QString& message = {}) {
        outcome.kind = kind;
        outcome.message = message;
        emit finished(id, outcome);
    };
    const Prompt prompt = assemblePrompt(source, &kUnits);
    m_lastPrompt = prompt.text;
    for (qsizetype side = 0; side < parts.size(); ++side) {
        if (!readPrompt(id, static_cast<Side>(side), stop))
            return end(OutcomeKind::Cancelled);
        const auto tokens = static_cast<int>(prompt.text.size());
        ReadChunks chunks;
        if (m_script.chunk > 0 && options.recordGates) {
            chunks.chunk = m_script.chunk;
            chunks.blocks = 2;
            chunks.heads = 4;
            chunks.firstToken = tokens;
            for (qsizetype start = 0; start < tokens; start += m_script.chunk)
                chunks.starts.append(start);
            describeStory(chunks, prompt);
        }
        emit promptRead(PromptRead{id, static_cast<Side>(side), infoOf(m_script, parts[side].model), prompt,
                                   tokens, tokens, 0.25, chunks});
    }
    QList<qsizetype> lengths(parts.size(), 0);
    for (int token = 0; token < options.maxTokens; ++token) {
        for (qsizetype side = 0; side < parts.size(); ++side) {
            if (m_script.delayMs > 0)
                QThread::msleep(static_cast<unsigned long>(m_script.delayMs));
            if (stop.stop_requested())
                return end(OutcomeKind::Cancelled);
            if (token == 3 && !m_script.generateProblem.isEmpty())
                return end(OutcomeKind::Failed, m_script.generateProblem);
            // Compared with the same seed, the second side goes its own way from the third token on.
            const bool isCompared = side == 1 && parts[1].seed == parts[0].seed;
            const qsizetype word = token == 0 && options.firstToken >= 0
                                       ? options.firstToken
                                       : (token + (isCompared && token >= 2 ? 3 : 0) +
                                          static_cast<qsizetype>(parts[side].seed % 5)) %
                                             m_words.size();
            TokenBatch batch;
            batch.id = id;
            batch.side = static_cast<Side>(side);
            batch.text = m_words[word];
            batch.tokens = {RunToken{static_cast<int>(word), lengths[side], lengths[side] + batch.text.size(),
                                     step(token % 100, 128.0F)}};
            if (options.recordChoices)
                batch.choices = {packChoices(choicesOf(word))};
            // As in the engine: the gates of a token are known when the next one is written.
            if (token > 0 && options.recordGates && infoOf(m_script, parts[side].model).hasGates)
                batch.gates = gatesOf(m_script, token - 1);
            if (token > 0 && options.recordGates && m_script.chunk > 0)
                batch.looks = {looksOf(token - 1, (prompt.text.size() + token - 1) / m_script.chunk)};
            if (!options.recordChannels)
                batch.gates.channelCodes.clear();
            lengths[side] += batch.text.size();
            emit tokensGenerated(batch);
            ++m_tokensWritten;
            ++outcome.timings[static_cast<std::size_t>(side)].tokens;
        }
    }
    for (qsizetype side = 0; side < parts.size(); ++side) {
        outcome.reasons[static_cast<std::size_t>(side)] = EndReason::MaxTokens;
        outcome.timings[static_cast<std::size_t>(side)].promptSeconds = 0.25;
        outcome.timings[static_cast<std::size_t>(side)].writingSeconds = 0.5;
    }
    end(OutcomeKind::Completed);
}

} // namespace app
