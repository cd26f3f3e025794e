#include "tests/ui/support/desk.h"
#include "ui/editor/story_editor.h"
#include "ui/heatmap/heatmap_dock.h"
#include "ui/heatmap/token_selection.h"
#include "ui/window/actions.h"

#include <QAction>
#include <QComboBox>
#include <QFile>
#include <QImage>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include <cstdlib>

using namespace ui;
using app::GateFrames;
using app::ScriptedGenerator;

namespace {

struct GateDesk : test::Desk {
    explicit GateDesk(int tokens = 10)
        : Desk(QStringLiteral("Once upon a time")) {
        setLength(tokens);
        if (!continueStory()) {
            qFatal("the continuation did not end");
        }
        // The map is drawn a little later than the text.
        if (!QTest::qWaitFor([this] { return plot().framesDrawn() > 0 && grid().columns() > 0; })) {
            qFatal("nothing was drawn");
        }
        QTest::qWait(2 * HeatmapPlot::kFrameMs);
    }
    HeatmapDock& dock() { return window->heatmap(); }
    HeatmapPlot& plot() { return dock().plot(); }
    const GateGrid& grid() { return dock().grid(); }
    void press(Qt::Key key) { QTest::keyClick(&plot(), key); }
    [[nodiscard]] static GateFrames sent(int token) { return ScriptedGenerator::gatesOf({}, token); }
    [[nodiscard]] QString marked(StoryEditor::Mark mark) const {
        const auto& marks = window->editor().marks(mark);
        return marks.isEmpty() ? QString() : parts.document.text().mid(marks[0].position, marks[0].length);
    }
};

} // namespace

class HeatmapTest : public QObject {
    Q_OBJECT

private slots:
    void showsTheGatesThatWereSent() {
        GateDesk desk(10);
        QVERIFY(!desk.dock().isExplaining());
        QCOMPARE(desk.grid().columns(), 9); // nobody read the last token
        QCOMPARE(desk.grid().rows(), 2);
        for (int token = 0; token < 9; ++token) {
            for (int layer = 0; layer < 2; ++layer) {
                QCOMPARE(desk.grid().value(token, layer), GateDesk::sent(token).at(0, layer).mean);
            }
        }
        QCOMPARE(desk.grid().tokenText(0), QString(test::Desk::said(1, 1)).replace(u' ', QChar(0x00b7)));
    }

    void everyStatisticCanBeChosen() {
        GateDesk desk;
        auto* const choice = desk.dock().findChild<QComboBox*>(QStringLiteral("heatmapStatistic"));
        const app::GateSummary sent = GateDesk::sent(3).at(0, 1);
        const float expected[] = {sent.mean,   sent.standardDeviation, sent.percentile10,
                                  sent.median, sent.percentile90,      sent.shareAboveHalf};
        QCOMPARE(choice->count(), 6);
        for (int i = 0; i < choice->count(); ++i) {
            choice->setCurrentIndex(i);
            QCOMPARE(desk.grid().value(3, 1), expected[i]);
        }
    }

    void hoveringACellMarksItsTokenInTheText() {
        GateDesk desk;
        QTest::mouseMove(&desk.plot(), desk.plot().pointOf({4, 1}).toPoint());
        QTRY_COMPARE(desk.marked(StoryEditor::Mark::Hovered),
                     test::Desk::said(1, 5).mid(test::Desk::said(1, 4).size()).trimmed());
        QTest::mouseMove(&desk.plot(), QPoint(2, 2));
        QTRY_VERIFY(desk.window->editor().marks(StoryEditor::Mark::Hovered).isEmpty());
    }

    // Whatever the cell says, what one is about to click stays where it is.
    void hoveringACellMovesNothing() {
        GateDesk desk;
        const auto places = [&desk] {
            QList<QRect> rects;
            for (const QComboBox* const box : desk.dock().findChildren<QComboBox*>()) {
                rects.append(box->geometry());
            }
            return rects;
        };
        const QList<QRect> before = places();
        QTest::mouseMove(&desk.plot(), desk.plot().pointOf({4, 1}).toPoint());
        auto* const cell = desk.dock().findChild<QLabel*>(QStringLiteral("heatmapCell"));
        QTRY_VERIFY(!cell->text().isEmpty());
        QTest::qWait(50);
        QCOMPARE(places(), before);
        QVERIFY(cell->width() > 100);
    }

    // The mouse rests on the last word while the story goes on behind it.
    void theMarkOfAWordDoesNotGrowWithTheStory() {
        GateDesk desk;
        desk.window->tokenSelection().hover(app::RunHistory::TokenPlace{desk.parts.runs.currentRun(), 9});
        const QString word = desk.marked(StoryEditor::Mark::Hovered);
        QVERIFY(!word.isEmpty());
        QVERIFY(desk.continueStory());
        QTest::qWait(50);
        QCOMPARE(desk.marked(StoryEditor::Mark::Hovered), word);
        for (const auto& selection : desk.window->editor().extraSelections()) {
            QCOMPARE(selection.cursor.selectedText(), word);
        }
        QCOMPARE(desk.window->editor().extraSelections().size(), 1);
    }

    void theMapIsBackAfterATinyWindow() {
        GateDesk desk;
        const int height = desk.dock().height();
        desk.window->resize(200, 60);
        QTest::qWait(50);
        desk.window->resize(1200, 800);
        QTRY_VERIFY2(std::abs(desk.dock().height() - height) < 8,
                     qPrintable(QStringLiteral("%1, was %2").arg(desk.dock().height()).arg(height)));
        // Also if the program was left while it was tiny.
        desk.window->resize(200, 60);
        QTest::qWait(50);
        desk.window->close();
        desk.window = std::make_unique<MainWindow>(desk.context);
        desk.window->show();
        desk.window->resize(1200, 800);
        QTRY_VERIFY2(std::abs(desk.dock().height() - height) < 8,
                     qPrintable(QStringLiteral("%1, was %2").arg(desk.dock().height()).arg(height)));
    }

    void hoveringAWordMarksItsColumn() {
        GateDesk desk;
        StoryEditor& editor = desk.window->editor();
        QTextCursor cursor(editor.document());
        const int token = 6;
        cursor.setPosition(16 + static_cast<int>(test::Desk::said(1, token).size()) + 2);
        const QPoint point = editor.cursorRect(cursor).center() + QPoint(3, 0);
        QTest::mouseMove(editor.viewport(), point);
        QTRY_VERIFY(desk.window->tokenSelection().hovered().has_value());
        QCOMPARE(desk.window->tokenSelection().hovered()->token, token);
        QCOMPARE(desk.window->tokenSelection().hovered()->run, desk.parts.runs.currentRun());
        // Typed words have no token.
        cursor.setPosition(2);
        QTest::mouseMove(editor.viewport(), editor.cursorRect(cursor).center() + QPoint(3, 0));
        QTRY_VERIFY(!desk.window->tokenSelection().hovered().has_value());
    }

    void clickLocksAndEscapeUnlocks() {
        GateDesk desk;
        QTest::mouseClick(&desk.plot(), Qt::LeftButton, {}, desk.plot().pointOf({2, 0}).toPoint());
        QVERIFY(desk.window->tokenSelection().locked().has_value());
        QCOMPARE(desk.window->tokenSelection().locked()->token, 2);
        QCOMPARE(desk.marked(StoryEditor::Mark::Locked),
                 test::Desk::said(1, 3).mid(test::Desk::said(1, 2).size()).trimmed());
        QTest::keyClick(&desk.window->editor(), Qt::Key_Escape);
        QVERIFY(!desk.window->tokenSelection().locked().has_value());
        QVERIFY(desk.window->editor().marks(StoryEditor::Mark::Locked).isEmpty());
    }

    void lockedMarkGoesWhenItsWordIsEdited() {
        GateDesk desk;
        desk.window->tokenSelection().lock({desk.parts.runs.currentRun(), 2});
        QVERIFY(!desk.window->editor().marks(StoryEditor::Mark::Locked).isEmpty());
        const auto range = desk.window->editor().marks(StoryEditor::Mark::Locked).first();
        desk.window->editor().showRange({range.position + 1, 1});
        QTest::keyClick(&desk.window->editor(), Qt::Key_Q);
        QTRY_VERIFY(desk.window->editor().marks(StoryEditor::Mark::Locked).isEmpty());
    }

    void arrowKeysMoveTheLockAndEnterOpensTheLayer() {
        GateDesk desk(6);
        desk.plot().setFocus();
        desk.press(Qt::Key_Home);
        QCOMPARE(desk.window->tokenSelection().locked()->token, 0);
        desk.press(Qt::Key_Right);
        desk.press(Qt::Key_Up);
        QCOMPARE(desk.window->tokenSelection().locked()->token, 1);
        desk.press(Qt::Key_Return);
        QCOMPARE(desk.grid().layer(), std::optional(1));
    }

    void clickOnALayersLabelShowsItsChannelsAndEscapeGoesBack() {
        GateDesk desk;
        const QPointF cell = desk.plot().pointOf({0, 1});
        QTest::mouseClick(&desk.plot(), Qt::LeftButton, {},
                          QPoint(desk.plot().plotArea().left() - 6, qRound(cell.y())));
        QCOMPARE(desk.grid().layer(), std::optional(1));
        QCOMPARE(desk.grid().rows(), 4);
        const GateFrames sent = GateDesk::sent(5);
        for (int channel = 0; channel < 4; ++channel) {
            const auto code = static_cast<unsigned char>(sent.channelCodes[1 * 4 + channel]);
            QCOMPARE(desk.grid().value(5, channel), static_cast<float>(code) / 255.0F);
        }
        QTest::keyClick(&desk.window->editor(), Qt::Key_Escape);
        QVERIFY(!desk.grid().layer());
    }

    void growthWritesNewCellsOnly() {
        GateDesk desk(40);
        // Two layers, 39 tokens with gates, all in sight: each cell once.
        QTRY_COMPARE(desk.plot().cellsWritten(), 2 * 39);
    }

    void hoveringDoesNotRedrawTheMap() {
        GateDesk desk(20);
        QTRY_COMPARE(desk.plot().cellsWritten(), 2 * 19);
        const qint64 frames = desk.plot().framesDrawn();
        for (int column = 0; column < 15; ++column) {
            QTest::mouseMove(&desk.plot(), desk.plot().pointOf({column, 0}).toPoint());
            QTest::qWait(HeatmapPlot::kFrameMs / 2);
        }
        QCOMPARE(desk.plot().framesDrawn(), frames);
        QCOMPARE(desk.plot().cellsWritten(), 2 * 19);
    }

    void aLongRunShowsABoundedStretchAndFollowsTheNewest() {
        GateDesk desk(700);
        QTRY_COMPARE(desk.grid().columns(), 699);
        QTRY_VERIFY(desk.plot().firstColumn() + desk.plot().columnsInSight() >= 699);
        QVERIFY(desk.plot().columnsInSight() <= HeatmapPlot::kMostColumns);
        desk.plot().scrollTo(0);
        QCOMPARE(desk.plot().firstColumn(), 0);
        QVERIFY(!desk.plot().isFollowing());
        // However far one zooms out, the stretch stays bounded.
        for (int i = 0; i < 40; ++i) {
            QWheelEvent wheel(QPointF(200, 60), desk.plot().mapToGlobal(QPointF(200, 60)), {},
                              QPoint(0, -120), {}, {}, Qt::NoScrollPhase, false);
            QApplication::sendEvent(&desk.plot(), &wheel);
        }
        QCOMPARE(desk.plot().columnsInSight(), HeatmapPlot::kMostColumns);
    }

    void aModelWithoutGatesIsExplainedAndTheGatedOneOffered() {
        test::Desk desk(QStringLiteral("Once"));
        desk.parts.writer.setModelChoice({QStringLiteral("tales"), QStringLiteral("none")});
        QVERIFY(desk.continueStory());
        HeatmapDock& dock = desk.window->heatmap();
        QTRY_VERIFY(dock.isExplaining());
        QVERIFY(!dock.explanation().isEmpty());
        auto* const button = dock.findChild<QPushButton*>(QStringLiteral("heatmapUseGated"));
        QVERIFY(button->isVisible());
        QSignalSpy wanted(&dock, &HeatmapDock::gatedModelWanted);
        QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(wanted.count(), 1);
    }

    void earlierRunsCanBeChosen() {
        GateDesk desk(5);
        desk.setLength(12);
        QVERIFY(desk.continueStory());
        QTRY_COMPARE(desk.grid().columns(), 11);
        auto* const runs = desk.dock().findChild<QComboBox*>(QStringLiteral("heatmapRun"));
        QCOMPARE(runs->count(), 2);
        QCOMPARE(runs->currentIndex(), 0); // the newest stands first
        runs->setCurrentIndex(1);
        emit runs->activated(1);
        QCOMPARE(desk.grid().columns(), 4);
        QCOMPARE(desk.parts.runs.currentRun(), desk.parts.runs.runs().first());
    }

    void numbersAndPicturesAreSaved() {
        GateDesk desk(4);
        const QString csv = desk.folder.filePath(QStringLiteral("gates.csv"));
        desk.dock().write(csv);
        QFile file(csv);
        QTRY_VERIFY(file.exists());
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QList<QByteArray> lines = file.readAll().trimmed().split('\n');
        QCOMPARE(lines.size(), 4);
        QCOMPARE(lines[0], QByteArray("token,text,layer 0,layer 1"));
        const float mean = GateDesk::sent(2).at(0, 1).mean;
        QVERIFY(lines[3].endsWith(',' + QByteArray::number(static_cast<double>(mean), 'f', 4)));
        for (const QString& name :
             {QStringLiteral("gates.png"), QStringLiteral("gates.pdf"), QStringLiteral("gates.svg")}) {
            desk.dock().write(desk.folder.filePath(name));
            QVERIFY(QFile(desk.folder.filePath(name)).size() > 500);
        }
        QSignalSpy failed(&desk.dock(), &HeatmapDock::failed);
        desk.dock().write(desk.folder.filePath(QStringLiteral("no/such/folder.csv")));
        QTRY_COMPARE(failed.count(), 1);
    }

    void picturesNameTheirRunAndDoNotShowTheMouse() {
        GateDesk desk;
        const QString plain = desk.folder.filePath(QStringLiteral("plain.png"));
        const QString hovered = desk.folder.filePath(QStringLiteral("hovered.png"));
        const QString drawing = desk.folder.filePath(QStringLiteral("gates.svg"));
        desk.dock().write(plain);
        QTest::mouseMove(&desk.plot(), desk.plot().pointOf({4, 1}).toPoint());
        QTRY_VERIFY(desk.window->tokenSelection().hovered().has_value());
        QTest::qWait(2 * HeatmapPlot::kFrameMs);
        desk.dock().write(hovered);
        QCOMPARE(QImage(hovered), QImage(plain));
        QVERIFY(QImage(plain).height() > 2 * desk.plot().height()); // the caption has room of its own
        desk.dock().write(drawing);
        QFile file(drawing);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray svg = file.readAll();
        QVERIFY(svg.contains("tales, gated"));
        QVERIFY(svg.contains("mean"));
        // What is on the screen is as it was.
        QTest::qWait(2 * HeatmapPlot::kFrameMs);
        QCOMPARE(desk.plot().plotLayout()->rowCount(), 1);
    }
};

QTEST_MAIN(HeatmapTest)
#include "heatmap_test.moc"
