// assistance_page.h: what is shown while one writes without being asked for: suggestions behind the cursor,
// misspelled words. The same settings as in the sidebar and in the Edit menu.
// Threads: GUI thread only.
#pragma once

#include <QWidget>

class QAction;
class QCheckBox;
class QDoubleSpinBox;
class QSpinBox;

namespace app {
class Preferences;
struct GhostOptions;
} // namespace app

namespace ui {

class AssistancePage : public QWidget {
    Q_OBJECT

public:
    // `misspelled` underlines misspelled words or does not.
    AssistancePage(app::Preferences& preferences, QAction& misspelled, QWidget* parent = nullptr);

private:
    void build();
    void showGhost(const app::GhostOptions& options);
    void changeGhost();

    app::Preferences& m_preferences;
    QDoubleSpinBox* m_pause;
    QSpinBox* m_length;
    QCheckBox* m_misspelled;
};

} // namespace ui
