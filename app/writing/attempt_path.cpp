#include "app/writing/attempt_path.h"

#include "app/runs/run_history.h"

#include <QSet>

#include <algorithm>

namespace app {

namespace {

// As much of the text before a lost place as tells it from all others.
constexpr qsizetype kContext = 200;

QList<Span> firstSpans(const RunRecord& attempt, qsizetype length) {
    const auto whole = SpannedText::fromSpans(attempt.text, spansOf(attempt));
    return whole ? whole->spansOf({0, length}) : QList<Span>();
}

// The text in the range is the beginning of the attempt, in words and origins.
bool beginsWith(const RunRecord& attempt, const SpannedText& text, const TextRange& range) {
    return attempt.text.size() >= range.length &&
           QStringView(attempt.text).first(range.length) ==
               QStringView(text.text()).sliced(range.position, range.length) &&
           firstSpans(attempt, range.length) == text.spansOf(range);
}

// A parent that is older than its run: in a damaged file it may be anything.
const RunRecord* parentOf(const RunHistory& runs, const RunRecord& run) {
    return run.parent > 0 && run.parent < run.id ? runs.run(run.parent) : nullptr;
}

// `standing` and what hangs from those that are gone, one behind the other.
void takeFollowers(const SpannedText& text, const RunHistory& runs, QSet<RunId> gone, PathPassage& passage) {
    for (;;) {
        const qsizetype end = passage.givesWay.end();
        const auto next = text.spanAt(end);
        const auto standing = next ? attemptOfRun(text, runs, next->span.run) : std::nullopt;
        if (!standing || standing->range.position != end)
            return;
        const RunRecord& run = *runs.run(standing->run);
        const RunRecord* const parent = parentOf(runs, run);
        if (parent == nullptr || !gone.contains(parent->attemptOf))
            return;
        gone.insert(run.attemptOf);
        passage.givesWay.length += standing->range.length;
        passage.replaced.append(*standing);
    }
}

// The story ends in what was read of it.
bool goesOnFrom(const QString& before, QStringView story) {
    return story.endsWith(before) && (!before.isEmpty() || story.isEmpty());
}

// Where a run was written that hangs from no other: the text before it still stands there, or in one place
// elsewhere.
std::optional<qsizetype> rootPlace(const SpannedText& text, const RunRecord& run) {
    const QString before = run.storyBefore();
    if (run.place <= text.size() && goesOnFrom(before, QStringView(text.text()).first(run.place)))
        return run.place;
    const QString context = before.last(std::min(before.size(), kContext));
    const qsizetype found = context.isEmpty() ? -1 : text.text().indexOf(context);
    if (found < 0 || text.text().indexOf(context, found + 1) >= 0)
        return std::nullopt;
    return found + context.size();
}

// In the place of which standing attempt the attempt belongs.
std::optional<PathPassage> inPlaceOfSibling(const SpannedText& text, const RunHistory& runs, RunId attempt) {
    for (const RunId sibling : runs.attempts(attempt)) {
        const auto standing = attemptOfRun(text, runs, runs.run(sibling)->writtenBy());
        if (!standing)
            continue;
        PathPassage passage;
        passage.givesWay = standing->range;
        passage.replaced = {*standing};
        takeFollowers(text, runs, {runs.run(sibling)->attemptOf}, passage);
        return passage;
    }
    return std::nullopt;
}

} // namespace

AttemptPlace placeInTree(const SpannedText& text, const RunHistory& runs, qsizetype position) {
    const auto before = text.spanAt(position - 1);
    if (!before || before->span.run == 0 || runs.run(before->span.run) == nullptr)
        return {};
    const auto standing = attemptOfRun(text, runs, before->span.run);
    if (!standing) // something else stands inside it, or it is mostly the writer's
        return before->span.origin == Origin::Generated
                   ? AttemptPlace{before->span.run, before->span.runOffset + position - before->position, {}}
                   : AttemptPlace{};
    const TextRange head{standing->range.position, position - standing->range.position};
    if (beginsWith(*runs.run(standing->run), text, head))
        return {standing->run, head.length, {}};
    for (const RunId attempt : standing->attempts)
        if (attempt != StandingAttempt::kChanged && beginsWith(*runs.run(attempt), text, head))
            return {attempt, head.length, {}};
    return {0, head.length, standing};
}

RunId attemptAtSamePlace(const RunHistory& runs, const AttemptPlace& place, const QString& story) {
    for (const RunId id : runs.runs()) {
        const RunRecord& run = *runs.run(id);
        if (run.text.isEmpty() || run.parent != place.parent || run.parentEnd != place.parentEnd ||
            run.isChangedVersion())
            continue;
        if (place.parent != 0 || (run.place == story.size() && goesOnFrom(run.storyBefore(), story)))
            return run.attemptOf;
    }
    return 0;
}

PathPassage restFrom(const SpannedText& text, const RunHistory& runs, qsizetype position) {
    PathPassage passage;
    passage.givesWay = {position, 0};
    const auto before = text.spanAt(position - 1);
    const auto standing = before ? attemptOfRun(text, runs, before->span.run) : std::nullopt;
    if (!standing)
        return passage;
    passage.givesWay.length = standing->range.end() - position;
    if (passage.givesWay.length > 0)
        passage.replaced = {*standing};
    takeFollowers(text, runs, {runs.run(standing->run)->attemptOf}, passage);
    return passage;
}

std::optional<PathPassage> pathPassage(const SpannedText& text, const RunHistory& runs, RunId attempt,
                                       qsizetype end) {
    QString written;
    QList<Span> spans;
    const RunRecord* run = runs.run(attempt);
    while (run != nullptr) {
        const qsizetype length = std::clamp<qsizetype>(end, 0, run->text.size());
        const auto standing = attemptOfRun(text, runs, run->writtenBy());
        std::optional<PathPassage> passage;
        if (standing && standing->range.length >= length &&
            beginsWith(*run, text, {standing->range.position, length})) {
            passage = restFrom(text, runs, standing->range.position + length);
        } else {
            written.prepend(QStringView(run->text).first(length));
            QList<Span> longer = firstSpans(*run, length);
            for (const Span& span : std::as_const(spans))
                appendSpan(longer, span);
            spans = longer;
            passage = inPlaceOfSibling(text, runs, run->id);
            const RunRecord* const source = runs.run(run->writtenBy());
            if (!passage && parentOf(runs, *run) == nullptr && source != nullptr)
                if (const auto place = rootPlace(text, *source))
                    passage = PathPassage{{*place, 0}, {}, {}, {}};
        }
        if (passage) {
            passage->text = written;
            passage->spans = spans;
            return passage;
        }
        end = run->parentEnd;
        run = parentOf(runs, *run);
    }
    return std::nullopt;
}

} // namespace app
