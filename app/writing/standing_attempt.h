// standing_attempt.h: the continuation that stands at a place of the text, among all attempts at that place.
// What stands in the text is the current attempt; nothing else says which one is.
// An attempt is one piece of text: what is left of one run's words and what the writer typed between them.
// Once something else stands inside it (another continuation), or the writer's words outweigh the model's, it
// is the writer's text like any other: nothing may put another attempt in its place.
// Threads: GUI thread only.
#pragma once

#include "app/document/spanned_text.h"
#include "app/runs/run_record.h"

#include <QList>
#include <QSet>

#include <optional>

namespace app {

class RunHistory;

struct StandingAttempt {
    // In `attempts`: what stands in the text, which the writer has changed since it was written. It becomes
    // an attempt of its own when another takes its place.
    static constexpr RunId kChanged = 0;

    RunId run = 0;         // whose words it is made of
    TextRange range;       // in the document
    QList<RunId> attempts; // that wrote something; oldest first, each followed by its changed versions
    qsizetype index = 0;   // in `attempts`, of the one that stands there

    [[nodiscard]] bool isChanged() const { return attempts[index] == kChanged; }
};

// The one that `cursor` is in or directly behind.
[[nodiscard]] std::optional<StandingAttempt> attemptAt(const SpannedText& text, const RunHistory& runs,
                                                       qsizetype cursor);
// What stands in the text of this run.
[[nodiscard]] std::optional<StandingAttempt> attemptOfRun(const SpannedText& text, const RunHistory& runs,
                                                          RunId run);
// All that stand in the text, also in pieces; of what the writer has changed, the run that wrote it.
[[nodiscard]] QSet<RunId> standingAttempts(const SpannedText& text, const RunHistory& runs);

// The origins of an attempt's text when it is put into the document.
[[nodiscard]] QList<Span> spansOf(const RunRecord& attempt);

// The record that keeps a changed attempt as it stands.
[[nodiscard]] RunRecord changedVersion(const SpannedText& text, const RunHistory& runs,
                                       const StandingAttempt& attempt);

} // namespace app
