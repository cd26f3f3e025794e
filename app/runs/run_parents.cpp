#include "app/runs/run_parents.h"

#include <algorithm>

namespace app {

namespace {

// Both are ends of texts, so the shorter one says what can be known.
bool areSameEnd(QStringView left, QStringView right) {
    const qsizetype common = std::min(left.size(), right.size());
    return left.last(common) == right.last(common);
}

// What `run` read ends in the first words of `earlier`, written at its place.
bool hangsFrom(const RunRecord& run, const QString& prompt, const RunRecord& earlier,
               const QString& earlierPrompt) {
    const qsizetype length = run.promptLength - earlier.promptLength;
    return length > 0 && length <= earlier.text.size() && length <= prompt.size() &&
           prompt.endsWith(QStringView(earlier.text).first(length)) &&
           areSameEnd(QStringView(prompt).chopped(length), earlierPrompt);
}

} // namespace

void hangRunsOfBefore(QList<RunRecord>& runs) {
    QList<QString> prompts;
    for (const RunRecord& run : runs)
        prompts.append(run.prompt.text());
    for (qsizetype i = 0; i < runs.size(); ++i) {
        RunRecord& run = runs[i];
        run.parent = 0;
        run.parentEnd = 0;
        for (qsizetype earlier = i - 1; earlier >= 0 && run.parent == 0; --earlier) {
            // A version that the writer changed read nothing itself; it hangs where its run does.
            if (run.isChangedVersion() && runs[earlier].id == run.writtenBy()) {
                run.parent = runs[earlier].parent;
                run.parentEnd = runs[earlier].parentEnd;
                break;
            }
            if (!run.isChangedVersion() && !runs[earlier].isChangedVersion() &&
                hangsFrom(run, prompts[i], runs[earlier], prompts[earlier])) {
                run.parent = runs[earlier].id;
                run.parentEnd = run.promptLength - runs[earlier].promptLength;
            }
        }
    }
}

} // namespace app
