// document.h: the story on the writer's desk: its text, the origin of every span, and one undo history for
// typing and generations alike. The editor widget mirrors it: the writer's edits come in through
// applyUserEdit(), everything else goes out through changed().
//
// History. Typing joins into steps by word and by pause. A generation is one step, even if its text streams
// in while the writer types elsewhere: its later batches are put under the steps that came in between, whose
// positions move along, so undoing either leaves the other exactly as if they had come one after the other.
// Undo and redo restore text and spans exactly. Undoing the generation that is being written ends it.
//
// Anchor. The place where a running generation goes on moves with all edits. Text typed exactly at the anchor
// goes behind it. If the text around the anchor is removed, the anchor stays where that text was.
//
// Threads: GUI thread only.
#pragma once

#include "app/document/spanned_text.h"
#include "app/document/undo_steps.h"

#include <QList>
#include <QObject>
#include <QString>

#include <functional>
#include <memory>
#include <optional>

namespace app {

enum class ChangeSource {
    Writer,     // came in through applyUserEdit(): the widget that called shows it already
    Generation, // text of a running generation
    History,    // undo or redo
    Command,    // replace all, insert a compared text, use another attempt
};

// What changed() reports. The edit's spans say what the inserted text is. A step of several edits is reported
// edit by edit after all of them were applied; a mirror that applies each in turn ends with the document's
// text. Receivers do not change the document.
struct DocumentChange {
    TextEdit edit;
    ChangeSource source = ChangeSource::Writer;
    TextEdit inverse;         // takes it back: what was removed, with its origins
    bool isLastOfStep = true; // the text is as it is after this one
};

// What stepDone() reports: all edits of a step, in the order in which they were applied.
struct DocumentStep {
    QList<TextEdit> edits;
    ChangeSource source = ChangeSource::Writer;
};

class EditHistory;

class Document : public QObject {
    Q_OBJECT

public:
    // Milliseconds from any fixed start; tests pass a clock they set by hand.
    using Clock = std::function<qint64()>;

    explicit Document(QObject* parent = nullptr, Clock clock = {});
    ~Document() override;

    [[nodiscard]] const QString& text() const { return m_content.text(); }
    [[nodiscard]] qsizetype size() const { return m_content.size(); }
    [[nodiscard]] const SpannedText& content() const { return m_content; }
    // Counts every change; equal revisions of one document mean equal text and spans.
    [[nodiscard]] quint64 revision() const { return m_revision; }

    // Puts another text in place of everything, with the history that belongs to it, or none. Emits
    // wasReset().
    void reset(SpannedText content, UndoHistory history = {});

    // The writer replaced `removedLength` units at `position` by `inserted`. An edit that would cut a
    // surrogate pair takes the whole of it in, here and in all that follows. Emits changed() with source
    // Writer. False, and nothing happens, if the range is not inside the text: the widget has lost step and
    // should be filled anew.
    bool applyUserEdit(qsizetype position, qsizetype removedLength, const QString& inserted);

    struct Replacement {
        TextRange range;
        QString text;
    };
    // Replaces ranges (ascending, not overlapping, inside the text) in one undo step, e.g. "replace all". One
    // changed() each, the last range first, source Command. False if the ranges are not as said.
    bool applyReplacements(const QList<Replacement>& replacements);

    // Edits with their origins, each placed in the text that the one before leads to, as one undo step,
    // source Command. False, and nothing happens, if one does not fit, or takes away the place where a
    // generation goes on.
    bool applyEdits(const QList<TextEdit>& edits);
    // Takes a range to another place outside of it, in the text as it is now, origins included; one step.
    bool moveRange(const TextRange& range, qsizetype place);

    [[nodiscard]] bool canUndo() const;
    [[nodiscard]] bool canRedo() const;
    void undo();
    void redo();
    // What changed in the history since this was last asked, for the project file; belongs to the text as it
    // is now. Nothing if nothing did, or while a step of several edits is being told of (changed()).
    [[nodiscard]] std::optional<UndoHistoryChange> takeHistoryChange();
    // The next character typed begins a new undo step (the cursor was moved, the window lost the focus).
    void breakTypingStep();

    // --- one generation at a time ---
    // Opens the step of `run` at `position` (moved before the character it would split). False if one is open
    // already.
    bool beginGeneration(RunId run, qsizetype position);
    // Adds text at the anchor. `replacedLength` units behind it go in the same step, so that an earlier
    // attempt stands until the first words of the next one are there; with these words only. `before` is put
    // before them: the beginning of another attempt that they go on from. False, and
    // nothing happens, if this run's generation is not open (ended or undone), or the text is shorter.
    struct Passage {
        QString text;
        QList<Span> spans;
    };
    bool appendGenerated(RunId run, const QString& text, qsizetype replacedLength = 0) {
        return appendGenerated(run, text, replacedLength, Passage());
    }
    bool appendGenerated(RunId run, const QString& text, qsizetype replacedLength, const Passage& before);
    // Closes the step; one that never got any text leaves no trace in the history.
    void endGeneration(RunId run);
    // Where the next text of the open generation goes; nothing if none is open.
    [[nodiscard]] std::optional<qsizetype> generationAnchor() const;
    [[nodiscard]] RunId openGeneration() const { return m_openRun; } // 0: none
    // All of a run's text at once, as one step. False while a generation is open.
    bool insertGenerated(RunId run, qsizetype position, const QString& text);
    // A compared side or another attempt that the writer picked, with its origins, in the place of `range`,
    // as one step. False while a generation is open, if the spans do not cover `text`, or the range is not
    // inside.
    bool replacePassage(const TextRange& range, const QString& text, const QList<Span>& spans);

signals:
    // One step, before its edits are told one by one by changed(): for a mirror that would rather do
    // thousands of edits at once.
    void stepDone(const app::DocumentStep& step);
    void changed(const app::DocumentChange& change);
    void wasReset(); // the whole text is another
    void historyChanged(bool canUndo, bool canRedo);
    // The writer took back the generation that was being written; whoever writes it should stop.
    void generationUndone(app::RunId run);

private:
    void insertAtAnchor(const QString& text, qsizetype replacedLength, const Passage& before);
    TextEdit applyEdit(const TextEdit& edit);               // text, spans and anchor; returns the inverse
    QList<TextEdit> applyAll(const QList<TextEdit>& edits); // the inverses, in the same order
    void moveAnchor(const TextEdit& edit);
    // All at once, last range first; nothing if two share half a character, so that one depends on what the
    // other left.
    [[nodiscard]] std::optional<QList<TextEdit>> writersEdits(const QList<Replacement>& replacements) const;
    void report(const QList<TextEdit>& edits, const QList<TextEdit>& inverses, ChangeSource source);
    void notifyHistory();
    [[nodiscard]] TextEdit writersEdit(qsizetype position, qsizetype removedLength, QString inserted) const;
    [[nodiscard]] QList<Span> spansForWriter(qsizetype position, qsizetype removedLength,
                                             qsizetype length) const;

    SpannedText m_content;
    std::unique_ptr<EditHistory> m_history;
    Clock m_clock;
    quint64 m_revision = 0;
    RunId m_openRun = 0;
    qsizetype m_anchor = 0;
    qsizetype m_generatedLength = 0; // of the open run's own text
    bool m_isInStep = false;         // changed() has not told all edits of a step
    bool m_couldUndo = false;
    bool m_couldRedo = false;
};

} // namespace app
