// run_history.h: the project's runs, their tokens and their gates, for the heatmap and the list of attempts.
// Records are always in memory, and so are the gate summaries of this session's runs and every channel of the
// run being written. The rest comes from the project file when asked for: loadGates() now, gatesReady()
// later. Tokens and text are joined here: a cell of the heatmap to a range of the document and back. Threads:
// GUI thread only.
#pragma once

#include "app/document/text_origin.h"
#include "app/generation/gate_frames.h"
#include "app/generation/looks_back.h"
#include "app/generation/token_choices.h"
#include "app/runs/run_record.h"

#include <QHash>
#include <QList>
#include <QObject>
#include <QSet>

#include <optional>

namespace app {

class Document;

class RunHistory : public QObject {
    Q_OBJECT

public:
    explicit RunHistory(const Document& document, QObject* parent = nullptr);

    [[nodiscard]] const QList<RunId>& runs() const { return m_order; } // oldest first
    [[nodiscard]] const RunRecord* run(RunId id) const; // null if unknown; valid until the next change
    // All attempts at the place where `id` was written, oldest first, `id` included.
    [[nodiscard]] QList<RunId> attempts(RunId id) const;

    // The run that the heatmap shows: the newest one, unless the window chose another. 0: none.
    [[nodiscard]] RunId currentRun() const { return m_current; }
    void setCurrentRun(RunId id);

    // The newest of those whose words stand in the text, if any do.
    void setCurrentToStanding();

    // Null if the run has no gates or they are not in memory (hasGates() tells which); valid until the next
    // change. `firstToken` is 0; tokenCount() may be less than the run's tokens (gate_frames.h).
    [[nodiscard]] const GateFrames* gates(RunId id) const;
    [[nodiscard]] bool hasGates(RunId id) const;
    // Brings a run's gates into memory; gatesReady(id) follows, at once if they are there already.
    void loadGates(RunId id);
    // One layer's channels x tokens; channelsReady() follows, with tokens = 0 if channels were not recorded.
    void requestChannels(RunId id, int layer);

    // The likely tokens beside one of a run: nothing if none were collected, or they are not in memory yet.
    [[nodiscard]] std::optional<TokenChoices> choices(RunId run, int token) const;
    // Those of all tokens of a run, packed, as far as they are in memory.
    [[nodiscard]] QList<QByteArray> packedChoices(RunId run) const { return m_choices.value(run); }
    // Brings those of a run into memory; choicesReady(id) follows, at once if they are there already.
    void loadChoices(RunId id);

    // Where a run's model looked back; null if it is not in memory yet. Valid until the next change.
    [[nodiscard]] const RunLooks* looks(RunId id) const;
    // Brings it into memory; looksReady(id) follows, at once if it is there already or there is none.
    void loadLooks(RunId id);

    struct TokenPlace {
        RunId run = 0;
        int token = 0; // index into RunRecord::tokens
        bool operator==(const TokenPlace&) const = default;
    };
    // The generated token that covers a position of the document, if it stands there unedited.
    [[nodiscard]] std::optional<TokenPlace> tokenAt(qsizetype documentPosition) const;
    // Where a run's token is in the document now; nothing if it was edited, removed or never inserted.
    [[nodiscard]] std::optional<TextRange> rangeOf(RunId run, int token) const;

    // --- written by StoryWriter and ProjectController ---
    [[nodiscard]] RunId nextId() const { return m_lastId + 1; }
    // Starts a run, which becomes the current one; record.id must be nextId().
    void add(const RunRecord& record);
    // Keeps an attempt as the writer changed it: no run of its own to look at.
    void addChangedVersion(const RunRecord& record);
    // The model and prompt became known.
    void describe(RunId id, const ModelInfo& model, const Prompt& prompt, int promptTokens,
                  double promptSeconds);
    void append(RunId id, const QString& text, const QList<RunToken>& tokens, const GateFrames& gates,
                const QList<QByteArray>& choices = {});
    // Of a run whose model looks back: `read` with its prompt, `tokens` of the next ones. Either may be
    // empty.
    void addLooks(RunId id, const ReadChunks& read, const QList<QByteArray>& tokens);
    void finish(RunId id, OutcomeKind outcome, EndReason reason, const SideTimings& timings,
                const QString& failure);
    void setName(RunId id, const QString& name);
    void setDeleted(RunId id, bool isDeleted);
    // Another project: its runs, and which of them have gates in the file.
    void reset(const QList<RunRecord>& records, const QList<RunId>& withStoredGates);
    void storedGatesLoaded(RunId id, const GateFrames& gates);
    void storedChoicesLoaded(RunId id, const QList<QByteArray>& choices);
    void storedLooksLoaded(RunId id, const RunLooks& looks);
    void storedChannelsLoaded(RunId id, const ChannelMap& map);

signals:
    void wasReset();
    void runAdded(app::RunId id);
    void runDescribed(app::RunId id);
    // What is new since the last time; at most one per run and 30 ms.
    void runGrew(app::RunId id, const QString& text, const QList<app::RunToken>& tokens,
                 const app::GateFrames& gates, const QList<QByteArray>& choices);
    // `first`: number of the first of these tokens.
    void runLooked(app::RunId id, const app::ReadChunks& read, qsizetype first,
                   const QList<QByteArray>& tokens);
    void runFinished(app::RunId id);
    void attemptChanged(app::RunId id); // its name, or whether it is deleted
    void currentRunChanged(app::RunId id);
    void gatesReady(app::RunId id);
    void choicesReady(app::RunId id);
    void looksReady(app::RunId id);
    void channelsReady(app::RunId id, const app::ChannelMap& map);
    // To whoever reads the project file.
    void storedGatesWanted(app::RunId id);
    void storedChoicesWanted(app::RunId id);
    void storedLooksWanted(app::RunId id);
    void storedChannelsWanted(app::RunId id, int layer);

private:
    void packAwayChannels();
    void insert(const RunRecord& record);

    const Document& m_document;
    QHash<RunId, RunRecord> m_runs;
    QList<RunId> m_order;
    QHash<RunId, QList<RunId>> m_chains; // by RunRecord::attemptOf, in that order
    QHash<RunId, GateFrames> m_gates;    // in memory
    QList<RunId> m_loaded; // of m_gates, those read back from the file, oldest use first; a few are kept
    QHash<RunId, QList<QByteArray>> m_choices; // in memory, packed
    QList<RunId> m_loadedChoices;              // of these, those read back from the file, likewise
    QHash<RunId, RunLooks> m_looks;            // in memory
    QList<RunId> m_loadedLooks;                // of these, those read back from the file, likewise
    QSet<RunId> m_stored;                      // runs with gates in the file
    RunId m_lastId = 0;
    RunId m_current = 0;
};

} // namespace app
