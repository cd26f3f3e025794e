#include "ui/outline/note_find_source.h"

#include "app/notes/scene_notes.h"
#include "ui/outline/outline_dock.h"
#include "ui/outline/scene_panel.h"

#include <QListWidget>
#include <QPlainTextEdit>
#include <QPointer>

namespace ui {

QStringList NoteFindSource::texts() {
    m_searched = m_notes.all();
    QStringList texts;
    for (const app::SceneNote& note : std::as_const(m_searched))
        texts << note.synopsis << note.text;
    return texts;
}

void NoteFindSource::show(qsizetype text, const app::TextRange& range) {
    const app::SceneNote& note = m_searched[text / 2];
    const bool isSynopsis = text % 2 == 0;
    const auto section = m_notes.sectionOf(note.id);
    m_dock.showNotes(section.value_or(m_dock.scene().section()));
    if (!section) {
        QListWidget& lost = m_dock.scene().lost();
        for (int row = 0; row < lost.count(); ++row)
            if (lost.item(row)->data(Qt::UserRole).toLongLong() == note.id)
                lost.setCurrentRow(row);
        return;
    }
    // Of a scene that was two, the field shows the notes of both.
    const QString& words = isSynopsis ? note.synopsis : note.text;
    const QPlainTextEdit& field = isSynopsis ? m_dock.scene().synopsis() : m_dock.scene().text();
    const qsizetype begin = std::max<qsizetype>(0, field.toPlainText().indexOf(words));
    m_dock.scene().select(isSynopsis, {begin + range.position, range.length});
}

std::function<void()> NoteFindSource::replace(const QHash<qsizetype, QString>& texts) {
    QList<app::SceneNote> before, after;
    for (qsizetype i = 0; i < m_searched.size(); ++i) {
        if (!texts.contains(2 * i) && !texts.contains(2 * i + 1))
            continue;
        app::SceneNote note = m_searched[i];
        note.synopsis = texts.value(2 * i, note.synopsis);
        note.text = texts.value(2 * i + 1, note.text);
        before.append(m_searched[i]);
        after.append(note);
    }
    m_notes.replace(after);
    return [notes = QPointer(&m_notes), before, after] {
        if (!notes)
            return;
        QList<app::SceneNote> unchanged; // what was written into a note since stays
        for (qsizetype i = 0; i < after.size(); ++i)
            if (notes->all().contains(after[i]))
                unchanged.append(before[i]);
        notes->replace(unchanged);
    };
}

} // namespace ui
