// page_layout_test.cpp: the page lays out what is in sight and later the rest, and nobody can tell from what
// is where: lines are where Qt's own layout puts them, nothing in sight moves, the scroll range ends right.
#include "tests/ui/support/long_page.h"
#include "ui/editor/layout/block_heights.h"
#include "ui/editor/layout/page_layout.h"

#include <QAbstractTextDocumentLayout>
#include <QRandomGenerator>
#include <QScrollBar>
#include <QTextCursor>
#include <QTextFrame>
#include <QTextLayout>

using namespace app;
using test::kPatienceMs;
using test::novel;
using test::Page;
using ui::BlockHeights;

namespace {

// What is in sight: the first line and where it is.
std::pair<int, int> topOf(const Page& page) {
    const QTextCursor top = page.editor.cursorForPosition(QPoint(0, 0));
    return {top.position(), page.editor.cursorRect(top).top()};
}

} // namespace

class PageLayoutTest : public QObject {
    Q_OBJECT

private slots:
    void heightsAddUp() {
        QRandomGenerator random(1);
        BlockHeights heights;
        std::vector<BlockHeights::Block> plain;
        const auto block = [&] {
            return BlockHeights::Block{1 + random.bounded(50), random.bounded(2) == 0, false};
        };
        for (int step = 0; step < 300; ++step) {
            if (step % 3 == 0 || plain.empty()) {
                const int first = plain.empty() ? 0 : random.bounded(static_cast<int>(plain.size()));
                const int removed = std::min(random.bounded(4), static_cast<int>(plain.size()) - first);
                std::vector<BlockHeights::Block> added(static_cast<std::size_t>(random.bounded(6)));
                std::generate(added.begin(), added.end(), block);
                heights.replace(first, removed, added);
                const auto from = plain.begin() + first;
                plain.insert(plain.erase(from, from + removed), added.begin(), added.end());
            } else {
                const int at = random.bounded(static_cast<int>(plain.size()));
                heights.set(at, plain[static_cast<std::size_t>(at)] = block());
            }
            int top = 0, estimates = 0;
            for (int i = 0; i < static_cast<int>(plain.size()); ++i) {
                const BlockHeights::Block& one = plain[static_cast<std::size_t>(i)];
                QCOMPARE(heights.top(i), top);
                QCOMPARE(heights.blockAt(top), i);
                QCOMPARE(heights.blockAt(top + one.height - 1), i);
                top += one.height;
                estimates += one.isExact ? 0 : 1;
            }
            QCOMPARE(heights.count(), static_cast<int>(plain.size()));
            QCOMPARE(heights.total(), top);
            QCOMPARE(heights.estimates(), estimates);
            QCOMPARE(heights.blockAt(-5), 0);
            QCOMPARE(heights.blockAt(top + 5), std::max(heights.count() - 1, 0));
        }
    }

    void linesAreWhereQtPutsThem_data() {
        QTest::addColumn<QString>("text");
        QTest::newRow("english") << novel(12);
        QTest::newRow("empty paragraphs") << QStringLiteral("\n\nOne\n\n");
        QTest::newRow("arabic") << QStringLiteral("السلام عليكم ورحمة الله وبركاته ").repeated(20);
        QTest::newRow("hebrew and english") << QStringLiteral("שלום one two three עולם ").repeated(20);
        QTest::newRow("chinese") << QStringLiteral("今天天气很好，我们去散步吧。").repeated(20);
        QTest::newRow("thai") << QStringLiteral("เช้าวันหนึ่งก่อนที่ดวงอาทิตย์จะขึ้น").repeated(20);
        QTest::newRow("emoji")
            << QStringLiteral("She smiled \U0001F468\u200D\U0001F469 and left. ").repeated(20);
        QTest::newRow("tabs") << QStringLiteral("one\ttwo\tthree\t").repeated(20);
        QTest::newRow("a word longer than a line") << QString(400, u'w');
    }
    void linesAreWhereQtPutsThem() {
        QFETCH(QString, text);
        Page page(text);
        const ui::Typography typography = ui::typographyFor({});
        QTextDocument reference;
        reference.setDefaultFont(typography.font);
        reference.setDocumentMargin(0);
        reference.setDefaultTextOption(page.editor.document()->defaultTextOption());
        reference.setPlainText(text);
        reference.setTextWidth(page.editor.document()->pageSize().width());
        QTextCursor all(&reference);
        all.select(QTextCursor::Document);
        all.setBlockFormat(typography.paragraph);
        (void)reference.size();
        QTRY_VERIFY_WITH_TIMEOUT(isComplete(page), kPatienceMs);
        QCOMPARE(page.editor.document()->blockCount(), reference.blockCount());
        QTextBlock wanted = reference.begin();
        for (QTextBlock block = page.editor.document()->begin(); block.isValid(); block = block.next()) {
            QCOMPARE(block.layout()->lineCount(), wanted.layout()->lineCount());
            for (int i = 0; i < block.layout()->lineCount(); ++i) {
                const QTextLine line = block.layout()->lineAt(i);
                const QTextLine other = wanted.layout()->lineAt(i);
                QCOMPARE(line.textStart(), other.textStart());
                QCOMPARE(line.naturalTextRect(), other.naturalTextRect());
                QCOMPARE(line.ascent(), other.ascent());
            }
            const qreal height = reference.documentLayout()->blockBoundingRect(wanted).height();
            const qreal ours = page.editor.document()->documentLayout()->blockBoundingRect(block).height();
            QVERIFY2(ours >= height - 0.1 && ours < height + 1.1,
                     qPrintable(QStringLiteral("%1 instead of %2").arg(ours).arg(height)));
            wanted = wanted.next();
        }
    }

    void aStepOfTheWholePageLaysOutWhatIsInSight_data() {
        QTest::addColumn<int>("step");
        QTest::newRow("zoom") << 0;
        QTest::newRow("resize") << 1;
        QTest::newRow("theme") << 2;
        QTest::newRow("origins") << 3;
        QTest::newRow("another story") << 4;
        QTest::newRow("replace all") << 5;
    }
    void aStepOfTheWholePageLaysOutWhatIsInSight() {
        QFETCH(int, step);
        Page page(novel(2000));
        QTRY_VERIFY_WITH_TIMEOUT(isComplete(page), kPatienceMs);
        page.editor.placeCursor(page.story.size() / 2);
        page.editor.reveal({page.story.size() / 2, 0});
        const qint64 before = page.editor.pageLayout().blocksLaidOut();
        switch (step) {
        case 0: setSize(page, 20); break;
        case 1: page.editor.resize(700, 520); break;
        case 2: page.editor.setColours(ui::darkColours()); break;
        case 3: page.editor.setOriginsShown(false); break;
        case 4: page.story.reset(SpannedText(novel(2100), Origin::Typed)); break;
        case 5: {
            QList<Document::Replacement> replacements;
            for (qsizetype at = page.story.text().indexOf(u'w'); at >= 0;
                 at = page.story.text().indexOf(u'w', at + 1)) {
                replacements.append({{at, 4}, QStringLiteral("letter")});
            }
            QVERIFY(replacements.size() > 10'000);
            QVERIFY(page.story.applyReplacements(replacements));
            break;
        }
        default: break;
        }
        page.editor.grab(); // the first paint
        QVERIFY2(page.editor.pageLayout().blocksLaidOut() - before < 300,
                 qPrintable(QString::number(page.editor.pageLayout().blocksLaidOut() - before)));
        QCOMPARE(page.shown(), page.story.text());
        QTRY_VERIFY_WITH_TIMEOUT(isComplete(page), kPatienceMs);
        QCOMPARE(page.editor.verticalScrollBar()->maximum(),
                 contentHeight(page) - page.editor.viewport()->height());
    }

    void whatIsInSightStaysWhileTheRestIsLaidOut() {
        Page page(novel(1500));
        QScrollBar* const bar = page.editor.verticalScrollBar();
        page.select(page.story.size() * 2 / 3, page.story.size() * 2 / 3 + 5);
        QVERIFY(page.editor.viewport()->rect().contains(page.editor.cursorRect()));
        setSize(page, 19);
        page.editor.grab();
        QVERIFY(!isComplete(page));
        const auto top = topOf(page);
        const QRect caret = page.editor.cursorRect();
        QVERIFY(page.editor.viewport()->rect().contains(caret));
        const int before = bar->value();
        QTRY_VERIFY_WITH_TIMEOUT(isComplete(page), kPatienceMs);
        QCOMPARE(topOf(page), top);
        QCOMPARE(page.editor.cursorRect(), caret);
        QVERIFY(bar->value() != before); // estimates are seldom right to the pixel
    }

    void zoomAndResizeKeepTheLineOnTop() {
        Page page(novel(800));
        page.editor.placeCursor(0);
        page.editor.reveal({page.story.size() / 2, 0});
        const int top = topOf(page).first;
        const auto isStillThere = [&] {
            const QTextBlock block = page.editor.document()->findBlock(topOf(page).first);
            return block.contains(top);
        };
        setSize(page, 22);
        QVERIFY(isStillThere());
        page.editor.resize(640, 500);
        QVERIFY(isStillThere());
        setSize(page, 12);
        page.editor.resize(900, 500);
        QVERIFY(isStillThere());
        page.editor.verticalScrollBar()->setValue(0);
        setSize(page, 18);
        QCOMPARE(page.editor.verticalScrollBar()->value(), 0);
    }

    void theLastLineIsAtTheEndOfTheRange() {
        Page page(novel(1200));
        QScrollBar* const bar = page.editor.verticalScrollBar();
        bar->setValue(bar->maximum());
        page.editor.grab();
        QTRY_VERIFY_WITH_TIMEOUT(isComplete(page), kPatienceMs);
        bar->setValue(bar->maximum());
        QTextCursor end(page.editor.document());
        end.movePosition(QTextCursor::End);
        const int margin =
            static_cast<int>(page.editor.document()->rootFrame()->frameFormat().bottomMargin());
        QVERIFY(std::abs(page.editor.viewport()->height() - margin - page.editor.cursorRect(end).bottom()) <
                20);
    }
};

QTEST_MAIN(PageLayoutTest)
#include "page_layout_test.moc"
