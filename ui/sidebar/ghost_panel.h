// ghost_panel.h: when a suggestion comes by itself, and how long it is.
// Threads: GUI thread only.
#pragma once

#include "app/generation/ghost_options.h"

#include <QWidget>

namespace app {
class Preferences;
}

namespace ui {

class OptionRow;

class GhostPanel : public QWidget {
    Q_OBJECT

public:
    explicit GhostPanel(app::Preferences& preferences, QWidget* parent = nullptr);

private:
    void show(const app::GhostOptions& options);

    app::Preferences& m_preferences;
    OptionRow* m_pause;
    OptionRow* m_length;
};

} // namespace ui
