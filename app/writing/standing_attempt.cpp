#include "app/writing/standing_attempt.h"

#include "app/runs/run_history.h"

#include <QDateTime>

#include <algorithm>
#include <utility>

namespace app {

namespace {

QString textOf(const SpannedText& text, const TextRange& range) {
    return text.text().sliced(range.position, range.length);
}

// The run's words in one piece, if they are that and more of them are the model's than the writer's.
std::optional<TextRange> placeOf(const SpannedText& text, RunId run) {
    const QList<PlacedSpan> pieces = text.spansOfRun(run);
    if (pieces.isEmpty())
        return std::nullopt;
    qsizetype end = pieces.first().position;
    qsizetype written = 0;
    for (const PlacedSpan& piece : pieces) {
        if (piece.position != end)
            return std::nullopt;
        end = piece.end();
        written += piece.span.origin == Origin::Generated ? piece.span.length : 0;
    }
    const TextRange range{pieces.first().position, end - pieces.first().position};
    return written * 2 >= range.length ? std::optional(range) : std::nullopt;
}

// The attempts of a chain that wrote something. Versions that the writer changed follow the run they were
// made of.
QList<RunId> attemptsInOrder(const RunHistory& runs, RunId run) {
    QList<RunId> inOrder;
    for (const RunId attempt : runs.attempts(run)) {
        const RunRecord& record = *runs.run(attempt);
        if (record.text.isEmpty() || (record.isDeleted && attempt != run))
            continue;
        const auto behind = std::find_if(inOrder.rbegin(), inOrder.rend(), [&](RunId other) {
            return record.isChangedVersion() && runs.run(other)->writtenBy() == record.writtenBy();
        });
        inOrder.insert(behind == inOrder.rend() ? inOrder.end() : behind.base(), attempt);
    }
    return inOrder;
}

} // namespace

QList<Span> spansOf(const RunRecord& attempt) {
    if (attempt.isChangedVersion())
        return attempt.passage;
    QList<Span> spans;
    appendSpan(spans, Span{attempt.text.size(), Origin::Generated, attempt.id, 0});
    return spans;
}

std::optional<StandingAttempt> attemptOfRun(const SpannedText& text, const RunHistory& runs, RunId run) {
    const auto range = runs.run(run) != nullptr ? placeOf(text, run) : std::nullopt;
    if (!range)
        return std::nullopt;
    StandingAttempt attempt{run, *range, attemptsInOrder(runs, run), 0};
    const QString standing = textOf(text, *range);
    const QList<Span> spans = text.spansOf(*range);
    const auto found = std::ranges::find_if(attempt.attempts, [&](RunId other) {
        return runs.run(other)->text == standing && spansOf(*runs.run(other)) == spans;
    });
    attempt.index = found - attempt.attempts.begin();
    if (found == attempt.attempts.end()) {
        // Behind the versions of the same run that were kept before.
        const auto behind = std::find_if(attempt.attempts.rbegin(), attempt.attempts.rend(),
                                         [&](RunId other) { return runs.run(other)->writtenBy() == run; });
        attempt.index = attempt.attempts.rend() - behind;
        attempt.attempts.insert(attempt.index, StandingAttempt::kChanged);
    }
    return attempt;
}

std::optional<StandingAttempt> attemptAt(const SpannedText& text, const RunHistory& runs, qsizetype cursor) {
    const auto before = text.spanAt(cursor - 1);
    return before && before->span.run != 0 ? attemptOfRun(text, runs, before->span.run) : std::nullopt;
}

QSet<RunId> standingAttempts(const SpannedText& text, const RunHistory& runs) {
    QSet<RunId> standing, inPieces;
    for (const Span& span : text.spans()) {
        const RunRecord* const run = span.origin == Origin::Generated ? runs.run(span.run) : nullptr;
        if (run == nullptr)
            continue;
        if (span.runOffset == 0 && span.length == run->text.size())
            standing.insert(run->id); // as most do; looking for its other versions costs a walk over all runs
        else
            inPieces.insert(run->id);
    }
    for (const RunId run : std::as_const(inPieces)) {
        const auto attempt = attemptOfRun(text, runs, run);
        standing.insert(attempt && !attempt->isChanged() ? attempt->attempts[attempt->index] : run);
    }
    return standing;
}

RunRecord changedVersion(const SpannedText& text, const RunHistory& runs, const StandingAttempt& attempt) {
    const RunRecord& source = *runs.run(attempt.run);
    RunRecord record;
    record.id = runs.nextId();
    record.kind = source.kind;
    record.side = source.side;
    record.attemptOf = source.attemptOf;
    record.parent = source.parent;
    record.parentEnd = source.parentEnd;
    record.startedAt = QDateTime::currentDateTimeUtc();
    record.model = source.model;
    record.options = source.options;
    record.text = textOf(text, attempt.range);
    record.passage = text.spansOf(attempt.range);
    record.isFinished = true;
    return record;
}

} // namespace app
