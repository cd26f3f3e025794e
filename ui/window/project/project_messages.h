// project_messages.h: says in the message bar what is wrong with the project's file and where the text is, as
// long as it is so.
// Threads: GUI thread only.
#pragma once

#include "ui/window/message_bar.h"

#include <QObject>
#include <QStringList>

#include <functional>

namespace app {
class ProjectController;
}

namespace ui {

class ProjectMessages : public QObject {
    Q_OBJECT

public:
    // `saveAs` asks for a name and saves.
    ProjectMessages(app::ProjectController& project, MessageBar& messages, std::function<void()> saveAs,
                    QObject* parent);

private:
    void connectOpening();
    void connectCopies();
    void tellSaving();
    void tellPlace();
    void tellRecovered();
    [[nodiscard]] MessageBar::Action saveAsAction() const;

    app::ProjectController& m_project;
    MessageBar& m_messages;
    std::function<void()> m_saveAs;
    QStringList m_recovered; // not looked at yet
};

} // namespace ui
