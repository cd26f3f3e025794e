// writing_log.h: how many words were written on which day, the writer's own apart from the model's.
//
// What counts. A word counts as typed when the writer typed its first letter. Words that are deleted again,
// or undone, are taken off; redone ones come back. A day never goes below nothing: who deletes yesterday's
// words does not owe them. A change of more than kLargePiece words at once is no typing (pasting, cutting,
// undoing either): it is logged as pasted or cut, and the typed words stay as they are, so moving a passage
// changes nothing. Neither do steps of several edits: replacing everywhere, moving a scene. Words of the
// model count when they come into the story, and are taken off when they go, by whatever way. Imported words
// are nobody's. Time runs from one change by the writer to the next, if that comes within two minutes.
//
// Threads: GUI thread only.
#pragma once

#include "app/statistics/writing_day.h"

#include <QDateTime>
#include <QList>
#include <QObject>

#include <functional>
#include <optional>

namespace app {

class Document;
struct DocumentChange;

class WritingLog : public QObject {
    Q_OBJECT

public:
    static constexpr int kLargePiece = 20; // words
    static constexpr int kPauseSeconds = 120;

    using Clock = std::function<QDateTime()>; // local time; tests pass one they set by hand
    explicit WritingLog(const Document& story, QObject* parent = nullptr, Clock clock = {});

    // Another project: what its file has, oldest first. The session begins.
    void reset(const QList<WritingDay>& days);

    [[nodiscard]] WritingDay today() const;                                // zeros if nothing was written yet
    [[nodiscard]] const WritingDay& session() const { return m_session; }  // since reset()
    [[nodiscard]] const QList<WritingDay>& days() const { return m_days; } // that are not empty, oldest first

    // The days that changed since the last time.
    [[nodiscard]] QList<WritingDay> takeChanges();
    void storeAll();

signals:
    void changed();
    void storeWanted();

private:
    void note(const DocumentChange& change);
    void noteTime(const QDateTime& now);
    [[nodiscard]] WritingDay& dayAt(const QDate& date);

    const Document& m_story;
    Clock m_clock;
    QList<WritingDay> m_days;
    WritingDay m_session;
    QList<QDate> m_changed;
    std::optional<QDateTime> m_lastChange;
    qint64 m_restMs = 0;     // of writing, less than a second
    bool m_isInStep = false; // a step of several edits is being told
    QDateTime m_stepBegan;
    bool m_hasNews = false; // of this step, not told yet
};

} // namespace app
