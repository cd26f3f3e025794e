// run_record.h: all that is kept of one continuation by a model, apart from its gates.
// Threads: values.
#pragma once

#include "app/document/text_origin.h"
#include "app/generation/generation_messages.h"
#include "app/reading/prompt_assembly.h"
#include "app/runs/run_prompt.h"

#include <QDateTime>
#include <QList>
#include <QString>

namespace app {

enum class RunKind { Continuation = 0, Compare = 1 }; // stored: numbers are fixed

struct RunRecord {
    RunId id = 0;
    RunKind kind = RunKind::Continuation;
    RunId attemptOf = 0; // the first run of a chain of attempts at the same place; its own id for the first
    // Where it hangs in the tree of attempts: behind the first `parentEnd` units of the parent's text. 0: it
    // was written behind the writer's own words. A parent is older than what hangs from it.
    RunId parent = 0;
    qsizetype parentEnd = 0;
    QString name;            // that the writer gave it
    bool isDeleted = false;  // not to be seen in the tree, nor what hangs from it
    RunId comparedWith = 0;  // Compare: the other side's run
    Side side = Side::First; // Compare: which side this was
    QDateTime startedAt;     // UTC
    ModelInfo model;
    GenerationOptions options;  // sampler.seed is the seed used
    qsizetype promptLength = 0; // units of text the model read
    int promptTokens = 0;
    RunPrompt prompt; // that text, without the beginning of a long story
    // What it is made of; positions in prompt.text(). Empty: it is the story before `place`, all of it.
    QList<PromptPart> promptParts;
    qsizetype place = 0;    // where in the story it was written: units before it
    QString text;           // what it wrote
    QList<RunToken> tokens; // ascending, positions in `text`
    // Of an attempt as the writer changed it, kept when another took its place: where each piece of `text`
    // came from. All is of one run, which has the tokens and the gates. Empty for every other run.
    QList<Span> passage;
    bool isFinished = false; // false: being written, or the program was killed meanwhile
    OutcomeKind outcome = OutcomeKind::Completed;
    EndReason endReason = EndReason::None;
    SideTimings timings;
    QString failure; // the sentence, if it failed

    [[nodiscard]] bool isChangedVersion() const { return !passage.isEmpty(); }
    // The run whose words `text` is made of.
    [[nodiscard]] RunId writtenBy() const { return isChangedVersion() ? passage.first().run : id; }
    // `whole` is all that the model read: the story before the place, or with what else there was.
    void setPrompt(const QString& whole);
    void setPrompt(const Prompt& whole);
    // The end of the story before the place, as it was read: the prompt without all that is no story.
    [[nodiscard]] QString storyBefore() const;
    // The token that covers a position of `text`; -1 if none does.
    [[nodiscard]] int tokenAt(qsizetype position) const;

    bool operator==(const RunRecord&) const = default;
};

} // namespace app
