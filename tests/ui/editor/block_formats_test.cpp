// block_formats_test.cpp: sources of formats are asked when a block comes into sight, add to each other, and
// leave what an input method composes as it looks.
#include "tests/ui/support/long_page.h"
#include "ui/editor/layout/block_formats.h"

#include <QInputMethodEvent>
#include <QTextLayout>

using namespace app;
using test::kPatienceMs;
using test::novel;
using test::Page;
using ui::BlockFormats;

namespace {

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

class BlockFormatsTest : public QObject {
    Q_OBJECT

private slots:
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
};

QTEST_MAIN(BlockFormatsTest)
#include "block_formats_test.moc"
