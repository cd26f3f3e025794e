// scene_panel.h: the synopsis and the notes of one scene, and below them the notes whose scenes are gone.
// Threads: GUI thread only.
#pragma once

#include "app/document/text_origin.h"
#include "app/notes/scene_note.h"

#include <QWidget>

class QLabel;
class QListWidget;
class QPlainTextEdit;
class QPushButton;

namespace app {
class SceneNotes;
}

namespace ui {

class ScenePanel : public QWidget {
    Q_OBJECT

public:
    explicit ScenePanel(app::SceneNotes& notes, QWidget* parent = nullptr);

    // The scene that is shown, and what it is called.
    void setSection(qsizetype section, const QString& title);
    [[nodiscard]] qsizetype section() const { return m_section; }
    // Shows a place in the synopsis or the text of the scene that is shown, selected.
    void select(bool isSynopsis, const app::TextRange& range);

    [[nodiscard]] QPlainTextEdit& synopsis() { return *m_synopsis; }
    [[nodiscard]] QPlainTextEdit& text() { return *m_text; }
    [[nodiscard]] QListWidget& lost() { return *m_lost; }

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void elide();
    QWidget* buildLost();
    void show();
    void showLost();
    [[nodiscard]] app::NoteId chosenLost() const;

    app::SceneNotes& m_notes;
    qsizetype m_section = 0;
    QString m_called; // the scene
    QLabel* m_title;
    QPlainTextEdit* m_synopsis;
    QPlainTextEdit* m_text;
    QWidget* m_lostBox = nullptr;
    QListWidget* m_lost = nullptr;
    QPushButton* m_attach = nullptr;
    bool m_isFilling = false;
};

} // namespace ui
