// project_dialogs.h: asks for file names and hands them to the project: open, save as, import, export, print,
// recent files.
// Threads: GUI thread only; dialogs are windows of their own, nothing waits for them.
#pragma once

#include "app/app_context.h"
#include "ui/exchange/story_export.h"

#include <QObject>

#include <functional>

class QFileDialog;
class QMenu;
class QWidget;

namespace ui {

struct Actions;

class ProjectDialogs : public QObject {
    Q_OBJECT

public:
    ProjectDialogs(const app::AppContext& context, const Actions& actions, QWidget& window);

    void saveAs();
    [[nodiscard]] StoryExport& exporter() { return m_export; }

private:
    using Chosen = std::function<void(const QString& path)>;

    void connectActions(const Actions& actions);
    QFileDialog* ask(const QString& title, const QString& filter, bool forSaving, const QString& suffix,
                     const Chosen& then);
    // A dialog for saving with this name in it, ready to be typed over.
    void askForName(const QString& title, const QString& filter, const QString& suffix, const Chosen& then);
    void fillRecent();

    app::AppContext m_context;
    QWidget& m_window;
    QMenu* m_recent;
    StoryExport m_export;
};

} // namespace ui
