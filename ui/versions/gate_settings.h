// gate_settings.h: how much of the gates the open project keeps, and what takes how much room in it now.
// Dropping is not undone, so it needs a press of a button.
// Threads: GUI thread only; sizes are read by the storage thread.
#pragma once

#include "app/versions/project_sizes.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QSpinBox;

namespace app {
class ProjectController;
}

namespace ui {

// "18.2 MB"
[[nodiscard]] QString inMegabytes(qint64 bytes);
// What a project holds, in a sentence or two.
[[nodiscard]] QString sizesInWords(const app::ProjectSizes& sizes);

class GateSettings : public QWidget {
    Q_OBJECT

public:
    explicit GateSettings(app::ProjectController& project, QWidget* parent = nullptr);

    void refresh(); // asks for the sizes of now

private:
    void build();
    void show(const app::ProjectSizes& sizes);
    void refreshButton();

    app::ProjectController& m_project;
    app::ProjectSizes m_sizes;
    QLabel* m_about;
    QSpinBox* m_budget;
    QPushButton* m_apply;
};

} // namespace ui
