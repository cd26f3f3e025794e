// jump_list.h: a quick way to a chapter or scene: a list over the page, narrowed by typing.
// Threads: GUI thread only.
#pragma once

#include "app/structure/outline_rows.h"

#include <QDialog>

class QLineEdit;
class QListWidget;

namespace ui {

class JumpList : public QDialog {
    Q_OBJECT

public:
    struct Entry {
        QString title; // with those of the parts and chapters above it
        int depth = 0;
        int words = 0;
        qsizetype place = 0;
        bool isCurrent = false; // the cursor is there
    };

    JumpList(const QList<Entry>& entries, QWidget* parent);

    [[nodiscard]] QListWidget& list() { return *m_list; }
    [[nodiscard]] QLineEdit& filter() { return *m_filter; }

signals:
    void chosen(qsizetype place);

protected:
    [[nodiscard]] bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void narrow();
    void choose();

    QList<Entry> m_entries;
    QLineEdit* m_filter;
    QListWidget* m_list;
};

// The entries of a story; synopses by section, as SceneNotes has them.
[[nodiscard]] QList<JumpList::Entry> jumpEntries(const QList<app::OutlineRow>& rows,
                                                 const QHash<qsizetype, QString>& synopses,
                                                 qsizetype cursorSection);

} // namespace ui
