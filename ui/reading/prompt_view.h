// prompt_view.h: a prompt as the model gets it, to be read: what is not the story stands on a ground of its
// own. Of a long story the middle is left out here, since it stands on the page; a line says so.
// Threads: GUI thread only.
#pragma once

#include "app/reading/prompt_assembly.h"
#include "ui/theme/colours.h"

#include <QList>
#include <QPlainTextEdit>

namespace ui {

class PromptView : public QPlainTextEdit {
    Q_OBJECT

public:
    explicit PromptView(QWidget* parent = nullptr);

    // Changes only what differs, so that it may come with every word and the view stays where it is.
    void setPrompt(const app::Prompt& prompt);
    void setColours(const Colours& colours);
    void showPart(qsizetype part);
    [[nodiscard]] const app::Prompt& prompt() const { return m_prompt; }

private:
    void paintGrounds();

    app::Prompt m_prompt;
    QString m_text; // in the view
    struct Shown {
        qsizetype start = 0;
        qsizetype length = 0;
    };
    QList<Shown> m_shown; // by part, in the view's text
    Colours m_colours;
};

} // namespace ui
