// memory_dialog.h: where the writer keeps what the model reads besides the story: memory, author's note,
// lorebook. Stays open beside the story; every word is kept as it is typed.
// Threads: GUI thread only.
#pragma once

#include "app/app_context.h"
#include "app/reading/lore_search.h"

#include <QDialog>

class QLabel;
class QPlainTextEdit;
class QSpinBox;
class QTabWidget;

namespace ui {

class LorePage;

class MemoryDialog : public QDialog {
    Q_OBJECT

public:
    explicit MemoryDialog(const app::AppContext& context, QWidget* parent = nullptr);

    void showMemory();
    void showNote();
    void showEntry(qsizetype entry);
    // Where it was left.
    void open() override;
    // Expressions that the last search could not use.
    void setFaults(const QList<app::LoreFault>& faults);
    [[nodiscard]] LorePage& lore() { return *m_lore; }

protected:
    void hideEvent(QHideEvent* event) override;
    void showEvent(QShowEvent* event) override;

signals:
    void visibilityChanged(bool isVisible);

private:
    QWidget* buildMemory();
    QWidget* buildNote();
    void fill();
    void changeTexts();

    app::AppContext m_context;
    QTabWidget* m_tabs;
    QPlainTextEdit* m_memory;
    QPlainTextEdit* m_note;
    QSpinBox* m_depth;
    LorePage* m_lore;
};

} // namespace ui
