// goals_dialog.h: the writer's goal, and what was written on which day.
// Threads: GUI thread only; a window of its own, nothing waits for it.
#pragma once

#include <QDialog>

class QComboBox;
class QLabel;
class QSpinBox;
class QTableWidget;

namespace app {
class Preferences;
class WritingLog;
} // namespace app

namespace ui {

class GoalsDialog : public QDialog {
    Q_OBJECT

public:
    GoalsDialog(app::Preferences& preferences, const app::WritingLog& log, QWidget* parent);

    [[nodiscard]] QSpinBox& words() { return *m_words; }
    [[nodiscard]] QComboBox& span() { return *m_span; }
    [[nodiscard]] QTableWidget& days() { return *m_days; }

private:
    QWidget* buildGoal();
    void buildTable();
    void fill();

    app::Preferences& m_preferences;
    const app::WritingLog& m_log;
    QSpinBox* m_words = nullptr;
    QComboBox* m_span = nullptr;
    QLabel* m_today = nullptr;
    QTableWidget* m_days = nullptr;
};

} // namespace ui
