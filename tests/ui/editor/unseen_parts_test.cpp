// unseen_parts_test.cpp: what the writer does reaches parts of the page that were never in sight, as if they
// were laid out: places are found, keys go through them, edits lose nothing, marks are there when they come.
#include "tests/ui/support/long_page.h"
#include "ui/editor/scroll_margin.h"

#include <QAbstractTextDocumentLayout>
#include <QRandomGenerator>
#include <QScrollBar>
#include <QTextCursor>

using namespace app;
using test::kPatienceMs;
using test::novel;
using test::Page;

class UnseenPartsTest : public QObject {
    Q_OBJECT

private slots:
    void aWordThatWasNeverSeenIsFoundAtItsPlace() {
        Page page(novel(1500));
        for (const qsizetype at : {page.story.size() / 3, page.story.size() - 5, page.story.size() / 2}) {
            page.editor.showRange({at, 4});
            page.editor.grab();
            const QRect caret = page.editor.cursorRect();
            QVERIFY(page.editor.viewport()->rect().contains(caret));
            const int position = page.editor.cursorForPosition(caret.center()).position();
            QVERIFY(std::abs(position - page.editor.textCursor().position()) <= 1);
        }
        page.editor.moveCursor(QTextCursor::End);
        page.editor.grab();
        QVERIFY(page.editor.viewport()->rect().contains(page.editor.cursorRect()));
    }

    void keysGoThroughWhatWasNeverSeen() {
        Page page(novel(300));
        QTest::keyClick(&page.editor, Qt::Key_Home, Qt::ControlModifier);
        QCOMPARE(page.editor.cursorPlace(), 0);
        int pages = 0;
        for (qsizetype before = -1; page.editor.cursorPlace() != before; ++pages) {
            before = page.editor.cursorPlace();
            setSize(page, 14 + pages % 2); // nothing is laid out any more
            QTest::keyClick(&page.editor, Qt::Key_PageDown);
            QVERIFY(page.editor.cursorPlace() >= before);
            QVERIFY(page.editor.viewport()->rect().intersects(page.editor.cursorRect()));
        }
        QVERIFY(pages > 10);
        QVERIFY(page.editor.cursorPlace() > page.story.size() - 200);
        setSize(page, 18);
        for (int i = 0; i < 200; ++i) {
            const QRect before = page.editor.cursorRect();
            const qsizetype place = page.editor.cursorPlace();
            QTest::keyClick(&page.editor, Qt::Key_Up);
            QVERIFY(page.editor.cursorPlace() < place);
            QVERIFY(page.editor.viewport()->rect().intersects(page.editor.cursorRect()));
            // At the margin above it is the page that moves.
            const int margin = ui::scrollMargin(page.editor.viewport()->height(), before.height());
            const int top = page.editor.cursorRect().top();
            QVERIFY(top < before.top() || top <= margin + before.height());
        }
    }

    void pageAndStoryStayEqualThroughEditsOfEveryKind() {
        QRandomGenerator random(4);
        Page page(novel(120));
        for (int round = 0; round < 120; ++round) {
            const auto size = static_cast<int>(page.story.size());
            const int at = random.bounded(size + 1);
            switch (random.bounded(6)) {
            case 0: page.story.applyUserEdit(at, 0, QString()); break;
            case 1: {
                page.editor.placeCursor(at);
                QTest::keyClick(&page.editor, random.bounded(3) == 0 ? Qt::Key_Return : Qt::Key_X);
                break;
            }
            case 2: {
                page.select(at, std::min(at + random.bounded(3000), size));
                QTest::keyClick(&page.editor, Qt::Key_Delete);
                break;
            }
            case 3: {
                QList<Document::Replacement> replacements;
                for (qsizetype from = page.story.text().indexOf(u'7'); from >= 0;
                     from = page.story.text().indexOf(u'7', from + 1)) {
                    replacements.append({{from, 1}, QStringLiteral("\nseven ").left(random.bounded(7))});
                }
                QVERIFY(page.story.applyReplacements(replacements));
                break;
            }
            case 4: page.story.undo(); break;
            default: page.story.redo(); break;
            }
            QCOMPARE(page.shown(), page.story.text());
            if (round % 10 == 0) {
                page.editor.grab();
                page.editor.verticalScrollBar()->setValue(
                    random.bounded(page.editor.verticalScrollBar()->maximum() + 1));
            }
        }
        while (page.story.canUndo()) {
            page.story.undo();
            QCOMPARE(page.shown(), page.story.text());
        }
        QCOMPARE(page.story.text(), novel(120));
        QTRY_VERIFY_WITH_TIMEOUT(isComplete(page), kPatienceMs);
        QCOMPARE(page.editor.verticalScrollBar()->maximum(),
                 contentHeight(page) - page.editor.viewport()->height());
        QCOMPARE(page.editor.mirror().fills(), 2);
    }

    void askingInTheMiddleOfAnEditLosesNothing() {
        Page page(novel(50));
        page.editor.grab();
        QTextCursor cursor(page.editor.document());
        cursor.setPosition(30);
        cursor.beginEditBlock();
        cursor.insertText(QStringLiteral("one\ntwo\nthree"));
        for (QTextBlock block = page.editor.document()->begin(); block.isValid(); block = block.next()) {
            (void)page.editor.document()->documentLayout()->blockBoundingRect(block);
        }
        (void)page.editor.cursorRect(cursor);
        page.editor.formats().invalidate();
        cursor.endEditBlock();
        QCOMPARE(page.shown(), page.story.text());
        QVERIFY(page.story.text().contains(QStringLiteral("one\ntwo\nthree")));
        QCOMPARE(page.editor.mirror().fills(), 2);
    }

    void marksFollowTheView() {
        Page page(novel(600));
        QList<TextRange> ranges;
        for (qsizetype at = page.story.text().indexOf(QLatin1String("word")); at >= 0;
             at = page.story.text().indexOf(QLatin1String("word"), at + 1)) {
            ranges.append({at, 4});
        }
        page.editor.placeCursor(0);
        page.editor.setMarks(ui::StoryEditor::Mark::Match, ranges);
        const auto areMarksInSight = [&] {
            const int from = page.editor.cursorForPosition(QPoint(0, 0)).position();
            const int to =
                page.editor.cursorForPosition(QPoint(0, page.editor.viewport()->height())).position();
            int marked = 0;
            for (const auto& selection : page.editor.extraSelections()) {
                marked += selection.cursor.selectionStart() >= from && selection.cursor.selectionEnd() <= to
                              ? 1
                              : 0;
            }
            return marked > 20;
        };
        QVERIFY(areMarksInSight());
        QScrollBar* const bar = page.editor.verticalScrollBar();
        bar->setValue(bar->maximum() / 2);
        QVERIFY(areMarksInSight());
        bar->setValue(bar->maximum());
        QVERIFY(areMarksInSight());
    }
};

QTEST_MAIN(UnseenPartsTest)
#include "unseen_parts_test.moc"
