#include "tests/app/storage/project_samples.h"

#include "tests/app/support/scripted_generator.h"

using namespace app;

namespace test {

SpannedText sampleText() {
    return SpannedText(QStringLiteral("Once upon a time\n\U0001F600 größer"), Origin::Imported);
}

TextEdit typedEdit(qsizetype position, const QString& text) {
    return {position, 0, text, {Span{text.size(), Origin::Typed, 0, 0}}};
}

RunRecord runRecord(RunId id) {
    RunRecord run;
    run.id = id;
    run.attemptOf = 1;
    run.startedAt = QDateTime::fromMSecsSinceEpoch(1'700'000'000'123, Qt::UTC);
    run.model = ScriptedGenerator::infoOf({}, {QStringLiteral("tales"), QStringLiteral("gated")});
    run.options.sampler.seed = 0xFFFF'FFFF'FFFF'FFFF;
    run.options.stopStrings = {QStringLiteral("\n")};
    run.setPrompt(QStringLiteral("Once \U0001F600"));
    run.promptTokens = 5;
    return run;
}

RunGrown growth(RunId run, int first, int tokens) {
    RunGrown grown{run, {}, {}, {}, {}};
    for (int token = first; token < first + tokens; ++token) {
        const QString word = QStringLiteral(" w%1\u00E9").arg(token, 3, 10, QLatin1Char('0'));
        grown.tokens.append(RunToken{token, token * word.size(), (token + 1) * word.size(),
                                     0.1F + 0.001F * static_cast<float>(token)});
        grown.text += word;
        grown.gates.append(ScriptedGenerator::gatesOf({}, token));
    }
    return grown;
}

// What a run's record must read as.
RunRecord finished(RunRecord run, const QList<RunGrown>& grown) {
    for (const RunGrown& piece : grown) {
        run.text += piece.text;
        run.tokens += piece.tokens;
    }
    run.isFinished = true;
    run.outcome = OutcomeKind::Completed;
    run.endReason = EndReason::MaxTokens;
    run.timings = {static_cast<int>(run.tokens.size()), 0.25, 1.5};
    return run;
}

} // namespace test
