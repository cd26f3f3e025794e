// story_writer.h: what the writer's keys do with the model: continue, stop, try again, compare. Joins the
// document, the assistant and the run history: text goes into the document as it comes, in one undo step;
// every run is recorded. One thing at a time: starting something while another runs stops the other first.
// Threads: GUI thread only; nothing here waits.
#pragma once

#include "app/document/document.h"
#include "app/generation/generation_messages.h"
#include "app/runs/run_record.h"
#include "app/writing/alternatives.h"
#include "app/writing/attempt_path.h"
#include "app/writing/compare_session.h"
#include "app/writing/ghost_writer.h"
#include "app/writing/standing_attempt.h"

#include <QElapsedTimer>
#include <QObject>
#include <QString>

#include <array>
#include <functional>
#include <optional>

namespace app {

class AssistantService;
class RunHistory;
class StoryReading;

class StoryWriter : public QObject {
    Q_OBJECT

public:
    enum class Activity { Idle, Continuing, Comparing, WritingAlternatives };

    // `newSeed` draws the seed of a run (tests pass a fixed row); by default from the system's random source.
    StoryWriter(Document& document, AssistantService& assistant, RunHistory& runs,
                const StoryReading& reading, QObject* parent = nullptr,
                std::function<quint64()> newSeed = {});
    ~StoryWriter() override;

    // What the next runs ask for; the sidebar sets it, main.cpp fills it from Preferences at start.
    [[nodiscard]] const GenerationOptions& options() const { return m_options; }
    void setOptions(const GenerationOptions& options);
    [[nodiscard]] const ModelChoice& modelChoice() const { return m_choice; }
    // Also starts loading it. Runs already going on are not touched.
    void setModelChoice(const ModelChoice& choice);

    [[nodiscard]] Activity activity() const { return m_activity; }

    // What a run reads that goes on at `position`: the story before it, and what the project adds. Whatever
    // the model reads is asked for with this.
    [[nodiscard]] PromptSource sourceAt(qsizetype position) const;
    [[nodiscard]] PromptSource sourceBehind(const QString& story) const;

    // Ctrl+Enter: continues at `cursor` from the text before it; what follows stays, unseen by the model.
    void continueAt(qsizetype cursor);
    // Esc: stops what is running and keeps its text. Nothing happens if nothing runs.
    void stop();
    // Ends what is running at once and drops what it would still send; before another project opens and
    // before leaving.
    void release();
    // Ctrl+R: puts another attempt, with a new seed, in the place of the continuation that `cursor` is in or
    // directly behind (standing_attempt.h); elsewhere continues at `cursor`. Nothing out of sight is ever
    // touched. The old attempt stands until the first words of the new one are there. If the writer has
    // changed it, these words become an attempt of their own, which useAttempt() brings back as they were.
    // The new one is one undo step, which also brings the old one back. Options are the current ones.
    void retry(qsizetype cursor);
    // What retry() would replace, and what useAttempt() can put there.
    [[nodiscard]] std::optional<StandingAttempt> attemptAt(qsizetype cursor) const;
    // Puts another of its attempts in the place of the one at `cursor`, which is kept as above, as one undo
    // step.
    bool useAttempt(qsizetype cursor, RunId attempt);

    // Another continuation behind token `token` of a run of any day: the run's text up to that token stands,
    // and what stood behind it in the text gives way to the first new words (attempt_path.h), all as one undo
    // step. False, and nothing happens, if the run's place is not in the text any more.
    bool branchBehind(RunId run, int token);
    // Another continuation from the place of token `token` of a run that stands in the text. It begins with
    // the token that the model held likely there as number `choice` (RunHistory::choices()); what stood in
    // the run from there on gives way, as one undo step. False, and nothing happens, if there is no such
    // choice or the place is not in the text any more.
    bool writeInstead(RunId run, int token, int choice);
    // Brings an attempt into the text, with what it was written after, as one undo step; nothing happens if
    // it stands there. Where it is; nothing if its place is not in the text any more.
    std::optional<TextRange> showAttempt(RunId attempt);
    // Puts an attempt in at `cursor`, wherever it was written.
    bool insertAttempt(RunId attempt, qsizetype cursor);

    // `count` continuations of the text before `cursor`, written together with a seed each. They go into
    // alternatives(), not into the document.
    void writeAlternatives(qsizetype cursor, int count);
    [[nodiscard]] Alternatives& alternatives() { return m_alternatives; }
    // Where they begin; it moves with edits.
    [[nodiscard]] qsizetype alternativesPlace() const { return m_alternativesPosition; }
    // As useSide().
    bool useAlternative(qsizetype card);

    // What is suggested behind the cursor.
    [[nodiscard]] GhostWriter& ghost() { return m_ghost; }

    // Base (gate "none") and the gated model (`gate`) from the text before `cursor`, same options and seed.
    // Writes into comparison(), not into the document.
    void compareAt(qsizetype cursor, const QString& gate);
    [[nodiscard]] CompareSession& comparison() { return m_comparison; }
    // Puts one side's text into the document where the comparison began (the place moves with edits), as one
    // undo step, and stops the comparison if it still runs. False if there is no text.
    bool useSide(Side side);

    // --- for runs that begin at a place, here and in GhostWriter ---
    [[nodiscard]] GenerationOptions optionsOfNextRun(bool withNewSeed);
    // The record of a run there, with its place in the tree of attempts; a parent that the writer has changed
    // is kept, so before the id is given.
    [[nodiscard]] RunRecord recordAt(qsizetype position, const QString& story,
                                     const GenerationOptions& options);

signals:
    void optionsChanged(const app::GenerationOptions& options);
    void modelChoiceChanged(const app::ModelChoice& choice);
    void activityChanged(app::StoryWriter::Activity activity);
    // The model is reading the text before the cursor, which takes long.
    void promptProgressed(const app::PromptProgress& progress);
    // It has read it.
    void promptRead(const app::PromptRead& prompt);
    // While continuing, about 30 times a second at most.
    void progressed(int tokens, double tokensPerSecond);
    // Ends every continuation and comparison once. A failure carries its sentence in `outcome`.
    void finished(app::RunId run, const app::Outcome& outcome);

private:
    struct Job {
        RequestId request = 0;
        QList<RunId> runs;   // by Side
        RunId replacing = 0; // gives way to the first words
        // Of a branch: how much of which run stands before the first words, once they are there.
        RunId branchOf = 0;
        qsizetype branchEnd = 0;
        bool isBranchInText = false; // its text up to there stands already
        PromptSource source;
        int tokens = 0;
        int firstTokens = 0; // in the first batch, at which the timer starts
        QElapsedTimer sinceFirstToken;
    };
    void begin(qsizetype position, RunId replacing, const GenerationOptions& options);
    bool branchBehind(RunId run, int token, const GenerationOptions& options);
    // The job's first run: opens its generation at `position` and asks for it.
    void beginJob(const RunRecord& record, qsizetype position);
    RunRecord newRecord(const GenerationOptions& options) const;
    bool usePassage(const QList<RunId>& others, RunId run, qsizetype position);
    // Before another attempt takes its place.
    void keep(const StandingAttempt& attempt);
    // How much of what stands behind the generation's anchor gives way to its first words.
    [[nodiscard]] PathPassage makeWay();
    void setActivity(Activity activity);
    void onPromptRead(const PromptRead& prompt);
    void onTokens(const TokenBatch& batch);
    void closeJob(const Outcome& outcome);
    void onDocumentChanged(const DocumentChange& change);
    void onRunsReset();

    Document& m_document;
    AssistantService& m_assistant;
    RunHistory& m_runs;
    const StoryReading& m_reading;
    std::function<quint64()> m_newSeed;
    GenerationOptions m_options;
    ModelChoice m_choice;
    Activity m_activity = Activity::Idle;
    Job m_job;
    CompareSession m_comparison;
    qsizetype m_comparePosition = 0;
    Alternatives m_alternatives;
    qsizetype m_alternativesPosition = 0;
    GhostWriter m_ghost;
};

} // namespace app
