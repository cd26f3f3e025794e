// reading_desk.h: a window, and hands for what the model reads: the panel, and memory, note and lorebook.
// Threads: the test's.
#pragma once

#include "app/reading/story_reading.h"
#include "app/writing/reading_preview.h"
#include "tests/ui/support/desk.h"

#include <QTest>
#include <QTreeWidget>

#include <functional>

namespace test {

struct ReadingDesk : Desk {
    explicit ReadingDesk(const QString& text = QStringLiteral("The ferry came.\nNora rowed"),
                         const app::ScriptedGenerator::Script& script = {})
        : Desk(text, script) {}

    ui::ReadingDock& dock() { return window->reading(); }
    ui::MemoryDialog& dialog() { return window->memory(); }
    const app::ReadingSettings& settings() { return parts.reading.settings(); }
    template <class Widget> Widget* part(const char* name) {
        auto* const widget = window->findChild<Widget*>(QLatin1String(name));
        if (widget == nullptr)
            qFatal("no %s", name);
        return widget;
    }
    void change(const std::function<void(app::ReadingSettings&)>& with) {
        app::ReadingSettings changed = settings();
        with(changed);
        parts.reading.change(changed);
    }
    bool waitUntilShown() {
        return QTest::qWaitFor(
            [this] {
                const app::ReadingPreview& preview = window->readingPreview();
                return preview.inspection() && !preview.isOld();
            },
            20'000);
    }
    // The rows of the panel: title, reason, tokens.
    QStringList rows() {
        QStringList rows;
        const auto* const tree = part<QTreeWidget>("readingParts");
        for (int row = 0; row < tree->topLevelItemCount(); ++row)
            rows.append(tree->topLevelItem(row)->text(0).replace(u'\n', QStringLiteral(" | ")) +
                        QStringLiteral(" = ") + tree->topLevelItem(row)->text(1));
        return rows;
    }
    void type(QWidget* widget, const QString& text) {
        widget->setFocus();
        QTest::keyClicks(widget, text);
    }
};

} // namespace test
