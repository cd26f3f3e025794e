// ghost_writer.h: a suggestion that stands behind the cursor (ghost text) until the writer takes it, a word
// or all, or does something else. It is in no document, history or file. The letters of it that the writer
// types are the writer's, and the rest stays. What is taken is the model's: of a run that is recorded then,
// as a whole; each taking is an undo step of its own. A ghost that nothing is taken of leaves no trace, since
// with one at every pause a project would be made of them.
// Whatever else StoryWriter does comes first and ends the ghost.
// Threads: GUI thread only.
#pragma once

#include "app/document/document.h"
#include "app/generation/generation_messages.h"
#include "app/runs/run_record.h"

#include <QDateTime>
#include <QObject>
#include <QString>

namespace app {

class AssistantService;
class RunHistory;
class StoryWriter;

class GhostWriter : public QObject {
    Q_OBJECT

public:
    GhostWriter(StoryWriter& writer, Document& document, AssistantService& assistant, RunHistory& runs);

    // Asks for a suggestion behind `cursor`, of `maxTokens` at most; another one than that which stands
    // there. False, and nothing happens, while the model is loaded or writes something else.
    bool ask(qsizetype cursor, int maxTokens);
    // Nothing of it stays but what was taken; the model stops within a token. False if there was none.
    bool dismiss();
    // False if there is nothing to take. takeWord() takes the blanks before the word and the signs directly
    // behind it along.
    bool takeAll();
    bool takeWord();

    // There is one, or the model is at it.
    [[nodiscard]] bool isActive() const { return m_ghost.request != 0; }
    [[nodiscard]] qsizetype position() const { return m_ghost.position; } // where it stands
    // What can be taken of it now; empty: nothing yet.
    [[nodiscard]] QString text() const { return m_ghost.text.sliced(m_ghost.passed); }

signals:
    void changed(); // position(), text() or isActive()
    // While it is asked for.
    void promptProgressed(const app::PromptProgress& progress);
    // The model has written it, or could not; not told of one that was dismissed.
    void finished(const app::Outcome& outcome);
    void taken();

private:
    struct Ghost {
        RequestId request = 0; // 0: there is no ghost
        RunId run = 0;         // once something was taken
        GenerationOptions options;
        QDateTime askedAt;
        PromptSource source;
        qsizetype start = 0; // where the run's text begins
        qsizetype position = 0;
        QString text;         // all that the model wrote
        qsizetype passed = 0; // so much of it was taken or typed
        QList<RunToken> tokens;
        GateFrames gates;
        QList<QByteArray> choices;
        QList<QByteArray> looks;
        PromptRead read;
        Outcome outcome;
        bool isWritten = false; // outcome is known
    };
    bool take(qsizetype length);
    void pass(qsizetype length);
    void record();
    void onPromptRead(const PromptRead& prompt);
    void onTokens(const TokenBatch& batch);
    void onFinished(RequestId id, const Outcome& outcome);
    void onDocumentChanged(const DocumentChange& change);

    StoryWriter& m_writer;
    Document& m_document;
    AssistantService& m_assistant;
    RunHistory& m_runs;
    Ghost m_ghost;
    bool m_isTaking = false;
};

// How much of a suggestion takeWord() takes.
[[nodiscard]] qsizetype firstWordOf(QStringView suggestion);

} // namespace app
