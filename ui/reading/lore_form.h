// lore_form.h: one entry of the lorebook, to be edited.
// Threads: GUI thread only.
#pragma once

#include "app/reading/reading_settings.h"

#include <QWidget>

class QBoxLayout;
class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QSpinBox;

namespace ui {

class LoreForm : public QWidget {
    Q_OBJECT

public:
    explicit LoreForm(QWidget* parent = nullptr);

    // Silent. `book` is where the entry's group has its limit, and where other groups are known from. What
    // the writer is typing in stays as it is.
    void setEntry(const app::LoreEntry& entry, const app::Lorebook& book);
    // About a key that the last search could not use; empty: none.
    void setFault(const QString& problem);
    void takeFocus(); // to the name, selected

signals:
    // By the writer. `groupMost`: the limit of its group.
    void edited(const app::LoreEntry& entry, int groupMost);
    void groupChosen(); // another group: its limit is to be shown

private:
    QWidget* buildWhen();
    QWidget* buildWhere();
    void connectParts();
    void change();
    void showProblem();

    app::LoreEntry m_entry;
    QString m_fault;
    QLineEdit* m_name;
    QLineEdit* m_keys;
    QLabel* m_problem;
    QPlainTextEdit* m_text;
    QCheckBox* m_isAlways;
    QCheckBox* m_matchesCase;
    QCheckBox* m_matchesWords;
    QSpinBox* m_range;
    QComboBox* m_place;
    QComboBox* m_group;
    QComboBox* m_groupRule;
    QSpinBox* m_groupMost;
};

} // namespace ui
