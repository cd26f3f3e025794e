// How a suggestion looks on the page: its colour, where it wraps, what moves aside, and what is clicked.
#include "tests/ui/support/ghost_desk.h"
#include "ui/theme/colours.h"

#include <QAbstractTextDocumentLayout>
#include <QAction>
#include <QScrollBar>

using namespace ui;

namespace {

const QString kGhost = QStringLiteral(" ferry came over the river and"); // of seed 1, six tokens

qreal heightOf(const StoryEditor& editor) {
    return editor.document()->documentLayout()->documentSize().height();
}

int pixelsLike(const QImage& image, const QColor& colour) {
    int count = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            const QColor pixel = image.pixelColor(x, y);
            const auto near = [](int a, int b) { return std::abs(a - b) < 6; };
            count += near(pixel.red(), colour.red()) && near(pixel.green(), colour.green()) &&
                             near(pixel.blue(), colour.blue())
                         ? 1
                         : 0;
        }
    }
    return count;
}

QString lineOf(const QTextBlock& block, int offset) {
    const QTextLine line = block.layout()->lineForTextPosition(offset);
    return QString::number(line.lineNumber());
}

} // namespace

class GhostPageTest : public QObject {
    Q_OBJECT

private slots:
    void itsInkIsReadableAndFainterThanText() {
        for (const Colours* const colours : {&lightColours(), &darkColours()}) {
            const double ghost = contrast(colours->ghostInk, colours->page);
            QVERIFY2(ghost >= 3, qPrintable(QString::number(ghost)));
            for (const QColor& ink : {colours->ink, colours->generatedInk, colours->editedInk}) {
                QVERIFY(contrast(ink, colours->page) > ghost + 1);
            }
        }
    }

    void itIsGreyInBothThemesAndTheTextIsNot() {
        test::GhostDesk desk;
        QVERIFY(desk.continueStory()); // what stands before it has a colour of its own
        for (QAction* const theme : {desk.window->actions().themeDark, desk.window->actions().themeLight}) {
            theme->trigger();
            desk.editor().setFocus();
            const Colours& colours =
                theme == desk.window->actions().themeDark ? darkColours() : lightColours();
            const int before = pixelsLike(desk.editor().grab().toImage(), colours.ghostInk);
            QVERIFY(desk.suggest());
            const QTextBlock block = desk.editor().textCursor().block();
            const int place = desk.editor().textCursor().positionInBlock();
            const auto length = static_cast<int>(desk.shown().size());
            QVERIFY(length > 0);
            QCOMPARE(desk.colourAt(block, place - 1), colours.generatedInk);
            QCOMPARE(desk.colourAt(block, place), colours.ghostInk);
            QCOMPARE(desk.colourAt(block, place + length - 1), colours.ghostInk);
            QVERIFY(pixelsLike(desk.editor().grab().toImage(), colours.ghostInk) > before + 20);
            desk.key(Qt::Key_Escape);
            (void)desk.editor().grab(); // a block gets its formats when it is painted
            QCOMPARE(desk.colourAt(block, place - 1), colours.generatedInk);
            QVERIFY(!desk.colourAt(block, place).isValid());
        }
    }

    void aThemeChangedWhileItStandsColoursItAnew() {
        test::GhostDesk desk;
        QVERIFY(desk.suggest());
        desk.editor().setColours(darkColours());
        const QTextBlock block = desk.editor().textCursor().block();
        QCOMPARE(desk.colourAt(block, desk.editor().textCursor().positionInBlock()), darkColours().ghostInk);
        desk.editor().setOriginsShown(false); // formats everything anew
        QCOMPARE(desk.colourAt(block, desk.editor().textCursor().positionInBlock()), darkColours().ghostInk);
        QCOMPARE(desk.laidOut(), kGhost);
    }

    void zoomingKeepsIt() {
        test::GhostDesk desk;
        QVERIFY(desk.suggest());
        desk.window->actions().largerText->trigger();
        QCOMPARE(desk.laidOut(), kGhost);
        desk.key(Qt::Key_Tab);
        QVERIFY(desk.page().endsWith(kGhost));
    }

    void itWrapsLikeTextAndTheCursorStaysBeforeIt() {
        QString line;
        while (line.size() < 60) {
            line += QStringLiteral("word ");
        }
        test::GhostDesk desk(line.trimmed() + QStringLiteral("\nNext paragraph."));
        const qsizetype end = line.trimmed().size();
        desk.putCursor(end);
        const QRect cursor = desk.editor().cursorRect();
        const qreal height = heightOf(desk.editor());
        const QRect next = desk.editor().cursorRect(QTextCursor(desk.editor().document()->lastBlock()));
        QVERIFY(desk.suggest());
        QCOMPARE(desk.editor().cursorRect(), cursor);
        const QTextBlock block = desk.editor().textCursor().block();
        QVERIFY(lineOf(block, static_cast<int>(end)) !=
                lineOf(block, static_cast<int>(end + desk.shown().size()) - 1));
        QVERIFY(heightOf(desk.editor()) > height);
        QVERIFY(desk.editor().cursorRect(QTextCursor(desk.editor().document()->lastBlock())).top() >
                next.top());
        desk.key(Qt::Key_Escape);
        QCOMPARE(heightOf(desk.editor()), height);
        QCOMPARE(desk.editor().cursorRect(QTextCursor(desk.editor().document()->lastBlock())), next);
    }

    void inTheMiddleOfALineWhatFollowsMovesAside() {
        test::GhostDesk desk(QStringLiteral("Before after."));
        desk.putCursor(6);
        const QTextBlock block = desk.editor().document()->firstBlock();
        const auto xOf = [&block](int offset) { return block.layout()->lineAt(0).cursorToX(offset); };
        const qreal before = xOf(7);
        QVERIFY(desk.suggest());
        const auto length = static_cast<int>(desk.shown().size());
        QVERIFY(xOf(7 + length) > before + 50);
        QCOMPARE(block.text(), QStringLiteral("Before after."));
        // What is behind it on the page is still known by its place in the story.
        const QPointF after(xOf(8 + length) + 1, block.layout()->lineAt(0).y() + 5);
        const QRectF page = desk.editor().document()->documentLayout()->blockBoundingRect(block);
        const QPoint point =
            (after + page.topLeft()).toPoint() - QPoint(0, desk.editor().verticalScrollBar()->value());
        QCOMPARE(desk.editor().positionUnder(point), std::optional<qsizetype>(8));
        const QPoint inGhost(static_cast<int>(xOf(6 + length / 2)), point.y());
        QCOMPARE(desk.editor().positionUnder(inGhost), std::nullopt);
        desk.key(Qt::Key_Tab);
        QCOMPARE(desk.page(), QStringLiteral("Before") + kGhost + QStringLiteral(" after."));
        QCOMPARE(desk.editor().textCursor().position(), 6 + kGhost.size());
    }

    // The text moves back when the mouse is pressed; the word that was clicked is where the cursor goes.
    void aClickMeansWhatIsSeen() {
        test::GhostDesk desk(QStringLiteral("Before after and more.\nAnother paragraph."));
        const auto click = [&desk](const QPoint& point) {
            QTest::mouseClick(desk.editor().viewport(), Qt::LeftButton, {}, point);
        };
        desk.putCursor(6);
        QVERIFY(desk.suggest());
        const QTextBlock block = desk.editor().document()->firstBlock();
        const auto length = static_cast<int>(desk.shown().size());
        const qreal x = block.layout()->lineAt(0).cursorToX(13 + length);
        const QRectF page = desk.editor().document()->documentLayout()->blockBoundingRect(block);
        click({static_cast<int>(x) + 1,
               static_cast<int>(page.top()) + 8 - desk.editor().verticalScrollBar()->value()});
        QCOMPARE(desk.editor().textCursor().position(), 13);
        QVERIFY(desk.laidOut().isEmpty() && desk.shown().isEmpty());

        // A paragraph below one that a suggestion made higher.
        QTest::qWait(QApplication::doubleClickInterval() + 50);
        desk.parts.preferences.setGhost({0, 60});
        desk.putCursor(22);
        QVERIFY(desk.suggest());
        QTextCursor below(desk.editor().document()->lastBlock());
        below.movePosition(QTextCursor::Right, QTextCursor::MoveAnchor, 4);
        click(desk.editor().cursorRect(below).center());
        QCOMPARE(desk.editor().textCursor().position(), below.position());

        // In the suggestion itself: nothing is there, so the cursor goes beside it.
        QTest::qWait(QApplication::doubleClickInterval() + 50);
        desk.parts.preferences.setGhost({0, 6});
        desk.putCursor(6);
        QVERIFY(desk.suggest());
        click({static_cast<int>(block.layout()->lineAt(0).cursorToX(6 + length / 2)),
               static_cast<int>(page.top()) + 8 - desk.editor().verticalScrollBar()->value()});
        QCOMPARE(desk.editor().textCursor().position(), 6);
        QVERIFY(desk.laidOut().isEmpty());
    }

    void newLinesOfItAreSeenAsLines() {
        test::GhostDesk desk(QStringLiteral("The end."), {.words = QStringLiteral("\n\nOnce again")});
        app::GenerationOptions options = desk.parts.writer.options();
        options.randomSeed = false;
        options.sampler.seed = 0;
        desk.parts.writer.setOptions(options);
        desk.parts.preferences.setGhost({0, 2});
        const qreal height = heightOf(desk.editor());
        QVERIFY(desk.suggest());
        QCOMPARE(desk.ghost().text(), QStringLiteral(" \n\nOnce again"));
        QVERIFY(heightOf(desk.editor()) > height);
        QCOMPARE(desk.editor().document()->blockCount(), 1);
        desk.key(Qt::Key_Space);
        desk.key(Qt::Key_Return); // its own signs
        QCOMPARE(desk.ghost().text(), QStringLiteral("\nOnce again"));
        QCOMPARE(desk.page(), QStringLiteral("The end. \n"));
        QVERIFY(desk.editor().document()->firstBlock().layout()->preeditAreaText().isEmpty());
        QVERIFY(!desk.laidOut().isEmpty());
        desk.key(Qt::Key_Tab);
        QCOMPARE(desk.page(), QStringLiteral("The end. \n\nOnce again"));
        QCOMPARE(desk.story(), desk.page());
    }

    // A paragraph of many blocks on the page.
    void inAVeryLongParagraph() {
        QString text;
        while (text.size() < 20'000) {
            text += QStringLiteral("some more words of it ");
        }
        test::GhostDesk desk(text.trimmed());
        QVERIFY(desk.editor().mirror().breaks().count() > 2);
        const int fills = desk.editor().mirror().fills();
        const auto checkAt = [&desk](qsizetype place) {
            desk.putCursor(place);
            QVERIFY(desk.suggest());
            QVERIFY(!desk.laidOut().isEmpty());
            const QString before = desk.story();
            const QString ghost = desk.shown();
            QTest::qWait(200); // while breaks are moved to where lines end
            QCOMPARE(desk.story(), before);
            QCOMPARE(desk.shown(), ghost);
            QCOMPARE(desk.laidOut(), ghost);
            desk.key(Qt::Key_Right, Qt::ControlModifier);
            desk.key(Qt::Key_Tab);
            QCOMPARE(desk.story(), before.first(place) + ghost + before.sliced(place));
            QCOMPARE(desk.editor().cursorPlace(), place + ghost.size());
        };
        checkAt(desk.story().size());
        checkAt(9'000);
        checkAt(desk.editor().mirror().toStory(
            static_cast<int>(desk.editor().mirror().breaks().places().first()))); // where it is broken
        QCOMPARE(desk.editor().mirror().fills(), fills);                          // never out of step
    }
};

QTEST_MAIN(GhostPageTest)
#include "ghost_page_test.moc"
