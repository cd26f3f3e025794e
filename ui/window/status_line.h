// status_line.h: one quiet line under the page: what the model is doing, how many words, which model, whether
// all is saved.
// Threads: GUI thread only.
#pragma once

#include "app/app_context.h"
#include "app/document/text_origin.h"
#include "app/generation/generation_messages.h"

#include <QStatusBar>

class QLabel;

namespace ui {

class StatusLine : public QStatusBar {
    Q_OBJECT

public:
    explicit StatusLine(const app::AppContext& context, QWidget* parent = nullptr);

    void setWords(int words);
    // Said while the model writes in the middle of the story.
    void setWritesBeforeText(bool isBefore) { m_writesBeforeText = isBefore; }
    void say(const QString& activity);
    // How far the writer is; empty: there is no goal. `details`: for the tool tip of the words.
    void setGoal(const QString& progress, const QString& details);

    [[nodiscard]] QString activity() const;

private:
    void connectWriter();
    void showProgress(const app::PromptProgress& progress);
    [[nodiscard]] QString outcomeOf(app::RunId run, const app::Outcome& outcome) const;
    void showModel();
    void showSaveState();

    app::AppContext m_context;
    QLabel* m_activity;
    QLabel* m_goal;
    QLabel* m_words;
    QLabel* m_model;
    QLabel* m_saved;
    bool m_writesBeforeText = false;
    QString m_read; // how much of the prompt is read, as last said: "12 %"
};

} // namespace ui
