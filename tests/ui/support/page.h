// page.h: an editor on a document of its own, in sight.
// Threads: the test's.
#pragma once

#include "app/document/document.h"
#include "ui/editor/document_mirror.h"
#include "ui/editor/story_editor.h"
#include "ui/theme/colours.h"

#include <QApplication>
#include <QTest>
#include <QTextBlock>

namespace test {

struct Page {
    explicit Page(const QString& text = {})
        : editor(story) {
        story.reset(app::SpannedText(text, app::Origin::Typed));
        editor.setColours(ui::lightColours());
        editor.setTypography(ui::typographyFor({}));
        editor.resize(900, 500);
        editor.show();
        QApplication::setActiveWindow(&editor);
        editor.setFocus();
        (void)QTest::qWaitForWindowActive(&editor);
    }
    // What the page shows, its own breaks in long paragraphs left out.
    [[nodiscard]] QString shown() const {
        QString text = editor.document()->toRawText();
        const QList<qsizetype>& places = editor.mirror().breaks().places();
        for (auto place = places.crbegin(); place != places.crend(); ++place) {
            text.remove(*place, 1);
        }
        return text.replace(QChar::ParagraphSeparator, u'\n');
    }
    // Places in the story.
    void select(qsizetype from, qsizetype to) { editor.showRange({from, to - from}); }

    app::Document story;
    ui::StoryEditor editor;
};

} // namespace test
