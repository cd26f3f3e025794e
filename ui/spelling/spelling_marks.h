// spelling_marks.h: underlines the misspelled words that are in sight. A key costs a look at what is in
// sight, some time after it; a word that is being written is left alone until the cursor leaves it.
// Threads: GUI thread only.
#pragma once

#include "app/document/document.h"

#include <QObject>
#include <QTimer>

namespace app {
class Spelling;
}

namespace ui {

class StoryEditor;

class SpellingMarks : public QObject {
    Q_OBJECT

public:
    SpellingMarks(StoryEditor& editor, const app::Document& story, app::Spelling& spelling,
                  QObject* parent = nullptr);

    // Units of text looked at since the start; tests hold keystrokes to it.
    [[nodiscard]] qint64 unitsVisited() const { return m_unitsVisited; }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void onChanged(const app::DocumentChange& change);
    void onCursorMoved();
    void show();

    StoryEditor& m_editor;
    const app::Document& m_story;
    app::Spelling& m_spelling;
    QTimer m_rest;
    bool m_isOld = true;        // a word that is underlined was changed
    bool m_isWriting = false;   // the cursor stands in a word that was just written in
    qsizetype m_writtenEnd = 0; // where the last key left it
    qint64 m_unitsVisited = 0;
};

} // namespace ui
