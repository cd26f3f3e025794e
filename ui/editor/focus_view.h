// focus_view.h: what the page lets stand out around the cursor (a line, a sentence, a paragraph; the rest is
// dimmed), and typewriter scrolling, which keeps the cursor's line at one height.
// Cost: a key costs a look at the lines or some thousand units around the cursor, and nothing that depends on
// the length of the paragraph or the story.
// Threads: GUI thread only.
#pragma once

#include "app/document/text_origin.h"
#include "ui/theme/colours.h"

#include <QList>
#include <QObject>
#include <QTextBlock>
#include <QTextEdit>

#include <optional>

namespace app {
class Document;
}

namespace ui {

class StoryEditor;

enum class FocusRange { Off, Line, Sentence, Paragraph };

class FocusView : public QObject {
    Q_OBJECT

public:
    // Where the cursor's line is kept, of the page's height.
    static constexpr double kHeight = 0.42;

    FocusView(StoryEditor& editor, const app::Document& story);

    void setRange(FocusRange range);
    void setTypewriter(bool isOn);
    [[nodiscard]] bool isTypewriter() const { return m_isTypewriter; }
    // What is not dimmed, in the story; nothing while the focus is off.
    [[nodiscard]] std::optional<app::TextRange> lit() const;
    // The dimmed paragraphs of the page, but for those that are lit in parts. Qt paints two selections in one
    // paragraph wrongly where their lines touch, so what is dimmed in these is painted over: paint().
    [[nodiscard]] QList<QTextEdit::ExtraSelection> dimmed(const QColor& ink) const;
    void paint(const Colours& colours) const; // onto the viewport, after the text
    // Brings the cursor's line to its height.
    void scroll();

signals:
    void changed(); // what is dimmed

private:
    void follow();
    [[nodiscard]] app::TextRange lineAt() const;
    // The blocks of the page that are lit, at least in parts.
    struct Blocks {
        QTextBlock first, last;
    };
    [[nodiscard]] Blocks blocksOf(const app::TextRange& lit) const;
    [[nodiscard]] app::TextRange paragraphAt() const;

    StoryEditor& m_editor;
    const app::Document& m_story;
    FocusRange m_range = FocusRange::Off;
    bool m_isTypewriter = false;
    std::optional<app::TextRange> m_lit; // as it was last told
};

} // namespace ui
