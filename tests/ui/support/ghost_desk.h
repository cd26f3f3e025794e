// ghost_desk.h: a window in which suggestions are asked for, and what of them is on the page.
// Threads: the test's.
#pragma once

#include "app/writing/story_writer.h"
#include "tests/ui/support/desk.h"
#include "ui/editor/document_mirror.h"
#include "ui/editor/ghost_text.h"
#include "ui/editor/story_editor.h"
#include "ui/window/actions.h"
#include "ui/window/ghost_keeper.h"
#include "ui/window/status_line.h"

#include <QTest>
#include <QTextBlock>
#include <QTextLayout>

namespace test {

struct GhostDesk : Desk {
    explicit GhostDesk(const QString& text = QStringLiteral("Once upon a time"),
                       const app::ScriptedGenerator::Script& script = {})
        : Desk(text, script) {
        app::GhostOptions options;
        options.maxTokens = 6;
        parts.preferences.setGhost(options);
        if (!QTest::qWaitFor([this] { return !parts.assistant.isLoadingModel(); })) {
            qFatal("the model was not loaded");
        }
    }

    ui::StoryEditor& editor() { return window->editor(); }
    app::GhostWriter& ghost() { return parts.writer.ghost(); }
    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
        QTest::keyClick(&editor(), key, modifiers);
    }
    void type(const QString& text) { QTest::keyClicks(&editor(), text); }
    // The key, and what comes of it.
    [[nodiscard]] bool suggest() {
        key(Qt::Key_Space, Qt::ControlModifier);
        return ghost().isActive() && QTest::qWaitFor([this] { return !parts.assistant.isBusy(); });
    }
    // What the page shows of it.
    [[nodiscard]] QString shown() { return editor().ghost().text(); }
    // What is laid out at the cursor that no text has; the page's own word for it.
    [[nodiscard]] QString laidOut() {
        const QTextLayout* const layout = editor().textCursor().block().layout();
        return layout->preeditAreaText();
    }
    // The colour of the unit at `offset` of the block's lines, the ghost's included; invalid if it is the
    // text's own.
    [[nodiscard]] static QColor colourAt(const QTextBlock& block, int offset) {
        QColor colour;
        for (const QTextLayout::FormatRange& range : block.layout()->formats()) {
            if (offset >= range.start && offset < range.start + range.length) {
                colour = range.format.foreground().color();
            }
        }
        return colour;
    }
    void putCursor(qsizetype place) { editor().placeCursor(place); }
    [[nodiscard]] QString story() const { return parts.document.text(); }
};

} // namespace test
