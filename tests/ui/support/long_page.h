// long_page.h: pages of many paragraphs, laid out bit by bit, and what tests ask of them.
// Threads: the test's.
#pragma once

#include "tests/ui/support/page.h"
#include "ui/editor/layout/page_layout.h"

#include <QAbstractTextDocumentLayout>
#include <QRandomGenerator>
#include <QTextFrame>

namespace test {

inline constexpr int kPatienceMs = 60'000; // of a test on a busy machine

// Paragraphs of one word to some hundred.
inline QString novel(int paragraphs) {
    QRandomGenerator random(11);
    QString text;
    for (int i = 0; i < paragraphs; ++i) {
        for (int words = random.bounded(random.bounded(10) == 0 ? 400 : 40); words >= 0; --words) {
            text += QStringLiteral("word%1 ").arg(random.bounded(1000));
        }
        text += u'\n';
    }
    return text;
}

inline bool isComplete(const Page& page) { return page.editor.pageLayout().isComplete(); }

inline int contentHeight(const Page& page) {
    const QTextDocument& document = *page.editor.document();
    qreal height =
        document.rootFrame()->frameFormat().topMargin() + document.rootFrame()->frameFormat().bottomMargin();
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
        height += document.documentLayout()->blockBoundingRect(block).height();
    }
    return static_cast<int>(height);
}

inline void setSize(Page& page, int points) {
    app::Appearance appearance;
    appearance.fontSize = points;
    page.editor.setTypography(ui::typographyFor(appearance));
}

} // namespace test
