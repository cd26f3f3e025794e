// ghost_keeper.h: between the page and GhostWriter: when a suggestion is asked for, where it is shown, and
// which of the writer's doings take it or end it.
// By itself one comes only where nothing follows in the paragraph: the model does not know what follows, and
// text that moves while one looks for a word is in the way. Asked for, it comes anywhere.
// Threads: GUI thread only.
#pragma once

#include "app/app_context.h"
#include "app/document/document.h"
#include "app/generation/generation_messages.h"

#include <QObject>
#include <QTimer>

namespace ui {

class MessageBar;
class StatusLine;
class StoryEditor;

class GhostKeeper : public QObject {
    Q_OBJECT

public:
    GhostKeeper(const app::AppContext& context, StoryEditor& editor, StatusLine& status, MessageBar& messages,
                QObject* parent = nullptr);

    // The key. Says so if there can be none now.
    void suggest();
    // Esc. False if there was nothing to let go.
    bool dismiss();
    // A pause goes on, at the end of which there may be a suggestion.
    [[nodiscard]] bool isWaiting() const { return m_pause.isActive(); }

private:
    void connectWriter();
    void connectEditor();
    [[nodiscard]] bool mayShow() const;
    void waitForPause();
    void onPause();
    void onStoryChanged(const app::DocumentChange& change);
    void onFinished(const app::Outcome& outcome);
    void say(const QString& words);

    app::AppContext m_context;
    StoryEditor& m_editor;
    StatusLine& m_status;
    MessageBar& m_messages;
    QTimer m_pause;            // of the writer's typing
    bool m_isAskedFor = false; // by the key, so the writer is told what becomes of it
    QString m_said;            // in the status line
};

} // namespace ui
