// page_layout_test.cpp: the page lays out what is in sight and later the rest, and nobody can tell from what
// is where: lines are where Qt's own layout puts them, nothing in sight moves, the scroll range ends right.
#include "tests/ui/support/page.h"
#include "ui/editor/layout/block_heights.h"
#include "ui/editor/layout/page_layout.h"
#include "ui/editor/origin_highlighter.h"
#include "ui/editor/scroll_margin.h"

#include <QAbstractTextDocumentLayout>
#include <QInputMethodEvent>
#include <QRandomGenerator>
#include <QScrollBar>
#include <QTextCursor>
#include <QTextFrame>
#include <QTextLayout>

using namespace app;
using test::Page;
using ui::BlockFormats;
using ui::BlockHeights;

namespace {

constexpr int kPatienceMs = 60'000; // of a test on a busy machine

// Paragraphs of one word to some hundred.
QString novel(int paragraphs) {
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

bool isComplete(const Page& page) { return page.editor.pageLayout().isComplete(); }

// What is in sight: the first line and where it is.
std::pair<int, int> topOf(const Page& page) {
    const QTextCursor top = page.editor.cursorForPosition(QPoint(0, 0));
    return {top.position(), page.editor.cursorRect(top).top()};
}

int contentHeight(const Page& page) {
    const QTextDocument& document = *page.editor.document();
    qreal height =
        document.rootFrame()->frameFormat().topMargin() + document.rootFrame()->frameFormat().bottomMargin();
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
        height += document.documentLayout()->blockBoundingRect(block).height();
    }
    return static_cast<int>(height);
}

void setSize(Page& page, int points) {
    app::Appearance appearance;
    appearance.fontSize = points;
    page.editor.setTypography(ui::typographyFor(appearance));
}

// Remembers what it was asked for.
struct CountingSource : ui::BlockFormatSource {
    void addFormats(const QTextBlock& block, Ranges& ranges) override {
        blocks.insert(block.blockNumber());
        QTextCharFormat format;
        format.setFontUnderline(true);
        ranges.append({0, std::min(2, block.length() - 1), format});
    }
    QSet<int> blocks;
};

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

    void sourcesAreAskedForWhatIsInSightOnly() {
        Page page(novel(1500));
        QTRY_VERIFY_WITH_TIMEOUT(isComplete(page), kPatienceMs);
        CountingSource source;
        page.editor.formats().setSource(BlockFormats::Layer::Spelling, &source);
        page.editor.grab();
        QVERIFY(!source.blocks.isEmpty());
        QVERIFY(source.blocks.size() < 150);
        page.select(page.story.size() / 2, page.story.size() / 2);
        page.editor.grab();
        const QTextBlock block = page.editor.textCursor().block();
        QVERIFY(source.blocks.contains(block.blockNumber()));
        bool isUnderlined = false;
        for (const auto& range : block.layout()->formats()) {
            isUnderlined = isUnderlined || range.format.fontUnderline();
        }
        QVERIFY(isUnderlined);
        // And again where it has something else to say.
        source.blocks.clear();
        page.editor.formats().invalidate(block.position(), 1);
        page.editor.grab();
        QCOMPARE(source.blocks, QSet<int>{block.blockNumber()});
        page.editor.formats().setSource(BlockFormats::Layer::Spelling, nullptr);
    }

    void layersAddToEachOther() {
        Page page;
        page.story.reset(
            *SpannedText::fromSpans(QStringLiteral("Made by it."), {Span{11, Origin::Generated, 1, 0}}));
        CountingSource source;
        page.editor.formats().setSource(BlockFormats::Layer::Spelling, &source);
        page.editor.grab();
        const auto formats = page.editor.document()->firstBlock().layout()->formats();
        QCOMPARE(formats.size(), 2);
        QCOMPARE(formats[0].format.foreground().color(), ui::lightColours().generatedInk);
        QVERIFY(formats[1].format.fontUnderline());
        page.editor.formats().setSource(BlockFormats::Layer::Spelling, nullptr);
    }

    void whatAnInputMethodComposesKeepsItsLooks() {
        Page page;
        page.story.reset(
            *SpannedText::fromSpans(QStringLiteral("Made by it."), {Span{11, Origin::Generated, 1, 0}}));
        page.editor.placeCursor(5);
        QTextCharFormat composing;
        composing.setFontUnderline(true);
        QInputMethodEvent event(QStringLiteral("ni"), {{QInputMethodEvent::TextFormat, 0, 2, composing}});
        QCoreApplication::sendEvent(&page.editor, &event);
        page.editor.grab();
        const auto formats = page.editor.document()->firstBlock().layout()->formats();
        QCOMPARE(formats.size(), 2);
        QCOMPARE(formats[0].length, 13); // over the two letters that are no part of the text
        QCOMPARE(formats[1].start, 5);
        QCOMPARE(formats[1].length, 2);
        QVERIFY(formats[1].format.fontUnderline());
        QCOMPARE(page.story.text(), QStringLiteral("Made by it."));
        QInputMethodEvent commit;
        commit.setCommitString(QStringLiteral("你"));
        QCoreApplication::sendEvent(&page.editor, &commit);
        QCOMPARE(page.story.text(), QStringLiteral("Made 你by it."));
        QCOMPARE(page.shown(), page.story.text());
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

QTEST_MAIN(PageLayoutTest)
#include "page_layout_test.moc"
