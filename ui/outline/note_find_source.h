// note_find_source.h: the synopses and notes of all scenes, for "find everywhere".
// Threads: GUI thread only.
#pragma once

#include "app/notes/scene_note.h"
#include "ui/find/find_source.h"

namespace app {
class SceneNotes;
}

namespace ui {

class OutlineDock;

class NoteFindSource : public FindSource {
public:
    NoteFindSource(app::SceneNotes& notes, OutlineDock& dock)
        : m_notes(notes)
        , m_dock(dock) {}

    [[nodiscard]] QStringList texts() override;
    void show(qsizetype text, const app::TextRange& range) override;
    [[nodiscard]] std::function<void()> replace(const QHash<qsizetype, QString>& texts) override;

private:
    app::SceneNotes& m_notes;
    OutlineDock& m_dock;
    QList<app::SceneNote> m_searched; // two texts of each: synopsis, notes
};

} // namespace ui
