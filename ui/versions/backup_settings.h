// backup_settings.h: where backup copies go and how many of a story stay. A change is in force at once and is
// for all stories. Can stand in any dialog.
// Threads: GUI thread only.
#pragma once

#include "app/versions/backup_options.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QRadioButton;
class QSpinBox;

namespace app {
class Preferences;
}

namespace ui {

class BackupSettings : public QWidget {
    Q_OBJECT

public:
    explicit BackupSettings(app::Preferences& preferences, QWidget* parent = nullptr);

    void useFolder(const QString& folder); // empty: beside the story

private:
    void build();
    void show(const app::BackupOptions& options);
    void chooseFolder();
    void store();

    app::Preferences& m_preferences;
    QRadioButton* m_beside;
    QRadioButton* m_elsewhere;
    QPushButton* m_choose;
    QLabel* m_folder;
    QSpinBox* m_copies;
    QSpinBox* m_megabytes;
};

} // namespace ui
