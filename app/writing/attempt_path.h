// attempt_path.h: the tree of attempts and the text: where a new run hangs, and what the text must become so
// that an attempt stands in it behind all that it was written after.
// Threads: GUI thread only.
#pragma once

#include "app/document/spanned_text.h"
#include "app/runs/run_record.h"
#include "app/writing/standing_attempt.h"

#include <QList>
#include <QString>

#include <optional>

namespace app {

class RunHistory;

// Where a run hangs that is written at a position of the text.
struct AttemptPlace {
    RunId parent = 0; // 0: behind the writer's own words
    qsizetype parentEnd = 0;
    // Not empty: the writer has changed the parent since it was written, so that it has to be kept as it
    // stands first, and is the parent then.
    std::optional<StandingAttempt> unkept;
};
[[nodiscard]] AttemptPlace placeInTree(const SpannedText& text, const RunHistory& runs, qsizetype position);

// An attempt that wrote something at this very place; 0: none did. `story` is all of it before the place.
[[nodiscard]] RunId attemptAtSamePlace(const RunHistory& runs, const AttemptPlace& place,
                                       const QString& story);

// A passage that takes the place of others.
struct PathPassage {
    TextRange givesWay;
    QString text;
    QList<Span> spans;
    QList<StandingAttempt> replaced; // what stands in `givesWay`, as a whole or in part
};

// What gives way to another way on from `position`: the rest of the attempt that goes over it, and what was
// written behind that and stands directly behind it. The writer's own words stay.
[[nodiscard]] PathPassage restFrom(const SpannedText& text, const RunHistory& runs, qsizetype position);

// The first `end` units of an attempt behind what it was written after, as far up as that does not stand in
// the text. Nothing if its place is not in the text any more.
[[nodiscard]] std::optional<PathPassage> pathPassage(const SpannedText& text, const RunHistory& runs,
                                                     RunId attempt, qsizetype end);

} // namespace app
