#include "ui/editor/scroll_margin.h"

#include "tests/ui/support/page.h"

#include <QScrollBar>
#include <QTest>

using namespace ui;

namespace {

QString lines(int count) {
    QString text;
    for (int i = 0; i < count; ++i)
        text += QStringLiteral("This is line %1 of the story.\n").arg(i);
    return text;
}

// How far the cursor's line is from the nearer edge of the page, in lines.
double clearance(const StoryEditor& editor) {
    const QRect line = editor.cursorRect();
    return std::min(line.top(), editor.viewport()->height() - line.bottom()) / double(line.height());
}

} // namespace

class ScrollMarginTest : public QObject {
    Q_OBJECT

private slots:
    void aMarginIsThreeLinesOrATenth() {
        QCOMPARE(scrollMargin(600, 20), 60);
        QCOMPARE(scrollMargin(1600, 20), 160);
        QCOMPARE(scrollMargin(100, 40), 20); // the line stays between both
        QCOMPARE(scrollMargin(30, 40), 0);
    }

    void aLineIsMovedAsFarAsItMust() {
        QCOMPARE(scrollToClear(300, 320, 600), 0);
        QCOMPARE(scrollToClear(10, 30, 600), -50);
        QCOMPARE(scrollToClear(590, 610, 600), 70);
    }

    void theCursorNeverSticksToAnEdge_data() {
        QTest::addColumn<int>("key");
        QTest::addColumn<int>("times");
        QTest::newRow("line by line down") << int(Qt::Key_Down) << 60;
        QTest::newRow("page by page down") << int(Qt::Key_PageDown) << 4;
        QTest::newRow("line by line up") << int(Qt::Key_Up) << 60;
        QTest::newRow("page by page up") << int(Qt::Key_PageUp) << 4;
    }
    void theCursorNeverSticksToAnEdge() {
        QFETCH(int, key);
        QFETCH(int, times);
        test::Page page(lines(300));
        page.editor.placeCursor(page.story.size() / 2);
        page.editor.bringCursorIntoSight();
        for (int i = 0; i < times; ++i) {
            QTest::keyClick(&page.editor, static_cast<Qt::Key>(key));
            QVERIFY2(clearance(page.editor) >= 2.5, qPrintable(QString::number(clearance(page.editor))));
        }
    }

    void typingAtTheBottomGoesUp() {
        test::Page page(lines(300));
        page.editor.placeCursor(page.story.size() / 2);
        page.editor.bringCursorIntoSight();
        for (int i = 0; i < 40; ++i) {
            QTest::keyClick(&page.editor, Qt::Key_Return);
            QVERIFY(clearance(page.editor) >= 2.5);
        }
    }

    void whatIsFoundIsClearOfTheEdges() {
        test::Page page(lines(300));
        for (const char* const word : {"line 40 ", "line 44 ", "line 50 ", "line 250 ", "line 245 "}) {
            const qsizetype at = page.story.text().indexOf(QLatin1String(word));
            page.editor.showRange({at, 6});
            QVERIFY2(clearance(page.editor) >= 2.5, word);
        }
    }

    void undoIsSeen() {
        test::Page page(lines(300));
        page.editor.placeCursor(page.story.size() / 2);
        QTest::keyClicks(&page.editor, QStringLiteral("words"));
        page.editor.verticalScrollBar()->setValue(0);
        page.story.undo();
        QVERIFY(clearance(page.editor) >= 2.5);
    }

    void theWritersOwnScrollingIsLeftAlone() {
        test::Page page(lines(300));
        page.editor.placeCursor(page.story.size() / 2);
        page.editor.bringCursorIntoSight();
        QScrollBar* const bar = page.editor.verticalScrollBar();
        // The cursor is at the very edge, then out of sight.
        for (const int place : {page.editor.cursorRect().top(), 5000}) {
            bar->setValue(bar->value() + place);
            const int left = bar->value();
            QTest::qWait(10);
            QCOMPARE(bar->value(), left);
        }
        // A click on a line near an edge puts the cursor there and moves nothing under the mouse.
        const int before = bar->value();
        QTest::mouseClick(page.editor.viewport(), Qt::LeftButton, {}, QPoint(60, 40));
        QCOMPARE(bar->value(), before);
        QVERIFY(clearance(page.editor) < 2);
    }

    void theFirstAndTheLastLineKeepTheirPlace() {
        test::Page page(lines(300));
        QTest::keyClick(&page.editor, Qt::Key_Home, Qt::ControlModifier);
        QCOMPARE(page.editor.verticalScrollBar()->value(), 0);
        QVERIFY(page.editor.cursorRect().top() >= 20);
        QTest::keyClick(&page.editor, Qt::Key_End, Qt::ControlModifier);
        QVERIFY(clearance(page.editor) >= 2.5);
    }
};

QTEST_MAIN(ScrollMarginTest)
#include "scroll_margin_test.moc"
