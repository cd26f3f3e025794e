// note_anchors.h: where the notes of scenes are, while the text around them changes. A note hangs from the
// first words of its scene, so it goes where these go: when the scene is moved by a command, cut and pasted,
// dragged, undone or redone. The heading is not what it hangs from, so a scene that loses its heading takes
// its note along into the scene before.
// Of words that were taken away, what stood around the note is remembered. As soon as a text with it comes
// back, anywhere, the note is there again.
// Cost: an edit costs a look at each note, and nothing that depends on the text's length.
// Threads: a value.
#pragma once

#include "app/document/spanned_text.h"
#include "app/notes/scene_note.h"

#include <QList>
#include <QStringView>

namespace app {

class NoteAnchors {
public:
    void reset(const QList<NotePlace>& places, qsizetype textLength);
    void set(const NotePlace& place); // of a new note, or another place for one that is known
    void remove(NoteId note);
    // A step's edits, in order, and what takes each of them back; `text` is what they led to. True if a note
    // is at another place now.
    bool apply(QStringView text, const QList<TextEdit>& edits, const QList<TextEdit>& inverses);

    [[nodiscard]] QList<NotePlace> places() const; // in the order they were made
    [[nodiscard]] NotePlace place(NoteId note) const;

private:
    // What stood around a note's position in a text that was removed.
    struct Trace {
        QString before, after;
        bool sticksLeft = false;
        bool isLost = false; // it was lost before already
    };
    struct Anchor {
        NotePlace place;
        QList<Trace> traces; // the newest last
    };
    struct Step {
        QStringView text;
        const QList<TextEdit>& edits;
        const QList<TextEdit>& inverses;
    };

    static bool follow(Anchor& anchor, const Step& step, qsizetype number);
    static void takeAway(Anchor& anchor, const Step& step, qsizetype number);
    static bool findAgain(Anchor& anchor, const TextEdit& edit, const Step& step, qsizetype from,
                          qsizetype to);

    QList<Anchor> m_anchors;
};

} // namespace app
