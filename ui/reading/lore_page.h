// lore_page.h: the lorebook: its entries in the order in which the model reads them, each with a box that
// switches it on and off, and the form of the chosen one.
// Threads: GUI thread only.
#pragma once

#include "app/reading/lore_search.h"
#include "app/reading/reading_settings.h"

#include <QWidget>

#include <optional>

class QLabel;
class QLineEdit;
class QListWidget;
class QListWidgetItem;
class QPushButton;

namespace app {
class ProjectController;
class StoryReading;
} // namespace app

namespace ui {

class LoreFiles;
class LoreForm;

class LorePage : public QWidget {
    Q_OBJECT

public:
    LorePage(app::StoryReading& reading, app::ProjectController& project, QWidget* parent = nullptr);

    void select(qsizetype entry);
    void takeFocus();
    void setFaults(const QList<app::LoreFault>& faults);
    // After a file was chosen.
    void importFrom(const QString& path);
    void exportTo(const QString& path);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* buildList();
    void connectParts();
    void fill();
    void showChosen();
    void showRow(QListWidgetItem& item, const app::LoreEntry& entry);
    void filter();
    void change(const app::Lorebook& book);
    void changeChosen(const app::LoreEntry& entry, int groupMost);
    void add();
    void remove();
    void bringBack();
    void move(int step);
    void takeIn(const app::Lorebook& added, const QString& notice);
    void say(const QString& sentence);
    [[nodiscard]] const app::Lorebook& book() const;
    [[nodiscard]] qsizetype chosen() const; // -1: none

    app::StoryReading& m_reading;
    LoreFiles* m_files;
    QLineEdit* m_filter;
    QListWidget* m_list;
    LoreForm* m_form;
    QLabel* m_empty;
    QLabel* m_said;
    QPushButton* m_remove;
    QPushButton* m_bringBack;
    QPushButton* m_up;
    QPushButton* m_down;
    QPushButton* m_export;
    struct Removed {
        qsizetype place = 0;
        app::LoreEntry entry;
    };
    QList<Removed> m_removed; // in this project since it was opened, the last one last
    QList<app::LoreFault> m_faults;
    app::Lorebook m_shown;     // in the list
    bool m_isChanging = false; // the book, by the writer here
};

} // namespace ui
