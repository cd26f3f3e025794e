// passage_finder.h: finds what a model has read in the story as it is now, by the fingerprints of its pieces
// (looks_back.h), wherever it was moved to. A piece in which a letter was changed is not found.
// Cost:    about a millisecond for a novel of which nothing was changed, ten where much was.
// Threads: a value.
#pragma once

#include "app/document/text_origin.h"
#include "app/generation/looks_back.h"

#include <QList>
#include <QStringView>

namespace app {

class PassageFinder {
public:
    PassageFinder() = default;
    PassageFinder(const ReadChunks& read, QStringView story);

    // Where units [start, end) of the prompt stand in the story, as far as they do: ascending, those that
    // meet as one.
    [[nodiscard]] QList<TextRange> rangesOf(qsizetype start, qsizetype end) const;

private:
    struct Piece {
        qsizetype read = 0; // in the prompt
        qsizetype length = 0;
        quint64 hash = 0;
        qsizetype expected = 0; // in the story
        qsizetype place = -1;   // in the story; -1: not there
    };
    void search(QStringView story, qsizetype length);

    QList<Piece> m_pieces; // by `read`
};

// In order, without overlaps; those that meet become one.
[[nodiscard]] QList<TextRange> joined(QList<TextRange> ranges);

} // namespace app
