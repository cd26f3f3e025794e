// sidebar_dock.h: the settings beside the page: the model and how it writes.
// Threads: GUI thread only.
#pragma once

#include "app/app_context.h"

#include <QDockWidget>

namespace ui {

class ModelPanel;
class SamplerPanel;

class SidebarDock : public QDockWidget {
    Q_OBJECT

public:
    explicit SidebarDock(const app::AppContext& context, QWidget* parent = nullptr);

    [[nodiscard]] ModelPanel& modelPanel() { return *m_model; }
    [[nodiscard]] SamplerPanel& samplerPanel() { return *m_sampler; }

private:
    void connectParts();

    app::AppContext m_context;
    ModelPanel* m_model;
    SamplerPanel* m_sampler;
};

} // namespace ui
