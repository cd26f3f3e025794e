// project_dialogs.h: asks for file names and hands them to the project: open, save as, import, export, recent
// files; and says in the message bar what went wrong.
// Threads: GUI thread only; dialogs are windows of their own, nothing waits for them.
#pragma once

#include "app/app_context.h"
#include "ui/window/message_bar.h"

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
    ProjectDialogs(const app::AppContext& context, const Actions& actions, MessageBar& messages,
                   QWidget& window);

    void saveAs();

private:
    using Chosen = std::function<void(const QString& path)>;

    void connectActions(const Actions& actions);
    void connectProject();
    QFileDialog* ask(const QString& title, const QString& filter, bool forSaving, const QString& suffix,
                     const Chosen& then);
    void fillRecent();

    app::AppContext m_context;
    MessageBar& m_messages;
    QWidget& m_window;
    QMenu* m_recent;
    QString m_savingProblem; // the sentence that is shown while saving fails
};

} // namespace ui
