#include "tests/ui/support/desk.h"
#include "ui/compare/compare_view.h"
#include "ui/editor/story_editor.h"
#include "ui/heatmap/heatmap_dock.h"
#include "ui/heatmap/token_selection.h"
#include "ui/theme/colours.h"
#include "ui/window/actions.h"

#include <QAction>
#include <QPushButton>
#include <QScrollBar>
#include <QTest>
#include <QTextEdit>

using namespace ui;
using app::Side;

namespace {

const QString kStory = QStringLiteral("Once upon a time");

struct CompareDesk : test::Desk {
    explicit CompareDesk(int tokens = 8, int delayMs = 0)
        : Desk(kStory, [delayMs] {
            app::ScriptedGenerator::Script script;
            script.delayMs = delayMs;
            return script;
        }()) {
        setLength(tokens);
        window->actions().compare->trigger();
    }
    ComparePane& pane(Side side) { return window->compareView().pane(side); }
    void use(Side side) { QTest::mouseClick(pane(side).findChild<QPushButton*>(), Qt::LeftButton); }
};

} // namespace

class CompareTest : public QObject {
    Q_OBJECT

private slots:
    void bothSidesWriteFromTheSameWords() {
        CompareDesk desk;
        QVERIFY(desk.window->isComparing());
        QVERIFY(desk.waitForIdle());
        QCOMPARE(desk.pane(Side::First).text(), test::Desk::said(1, 8, Side::First));
        QCOMPARE(desk.pane(Side::Second).text(), test::Desk::said(1, 8, Side::Second));
        QCOMPARE(desk.parts.document.text(), kStory); // nothing is written into the story
        for (const Side side : {Side::First, Side::Second}) {
            QVERIFY(desk.pane(side).findChild<QTextEdit*>()->toPlainText().startsWith(kStory));
        }
    }

    void firstDifferenceIsMarkedOnBothSides() {
        CompareDesk desk;
        QVERIFY(desk.waitForIdle());
        const QString first = desk.pane(Side::First).text();
        const QString second = desk.pane(Side::Second).text();
        qsizetype expected = 0;
        while (first[expected] == second[expected]) {
            ++expected;
        }
        QVERIFY(desk.pane(Side::First).difference().has_value());
        QCOMPARE(desk.pane(Side::First).difference()->position, expected);
        QCOMPARE(desk.pane(Side::Second).difference()->position, expected);
    }

    void useThisOneIsOneUndoStep() {
        CompareDesk desk;
        QVERIFY(desk.waitForIdle());
        desk.use(Side::Second);
        QVERIFY(!desk.window->isComparing());
        const QString written = kStory + test::Desk::said(1, 8, Side::Second);
        QCOMPARE(desk.parts.document.text(), written);
        QCOMPARE(desk.page(), written);
        desk.window->actions().undo->trigger();
        QCOMPARE(desk.parts.document.text(), kStory);
        QVERIFY(!desk.parts.document.canUndo());
        desk.window->actions().redo->trigger();
        QCOMPARE(desk.parts.document.text(), written);
    }

    void escapeStopsThenLeaves() {
        CompareDesk desk(100'000, 2);
        QTRY_VERIFY(desk.pane(Side::Second).text().size() > 20);
        QTest::keyClick(desk.window.get(), Qt::Key_Escape);
        QVERIFY(desk.waitForIdle());
        QVERIFY(desk.window->isComparing()); // the texts stay to be read
        QVERIFY(!desk.pane(Side::First).text().isEmpty());
        QTest::keyClick(desk.window.get(), Qt::Key_Escape);
        QVERIFY(!desk.window->isComparing());
        QTRY_VERIFY(desk.window->editor().hasFocus());
    }

    void usingASideStopsTheOther() {
        CompareDesk desk(100'000, 2);
        QTRY_VERIFY(desk.pane(Side::First).text().size() > 20);
        desk.use(Side::First);
        QVERIFY(desk.waitForIdle());
        QVERIFY(desk.parts.document.text().size() > kStory.size() + 20);
        QVERIFY(desk.parts.document.text().startsWith(kStory + test::Desk::said(1, 4)));
    }

    void panesScrollTogether() {
        CompareDesk desk(1500);
        QVERIFY(desk.waitForIdle());
        QScrollBar* const left = desk.pane(Side::First).scrollBar();
        QScrollBar* const right = desk.pane(Side::Second).scrollBar();
        QTRY_VERIFY(left->maximum() > 100 && right->maximum() > 100);
        left->setValue(37);
        QCOMPARE(right->value(), 37);
        right->setValue(81);
        QCOMPARE(left->value(), 81);
    }

    void firstDifferenceIsBroughtToTheTop() {
        CompareDesk desk(400);
        QVERIFY(desk.waitForIdle());
        const qsizetype position = desk.pane(Side::First).difference()->position;
        for (const Side side : {Side::First, Side::Second}) {
            auto* const page = desk.pane(side).findChild<QTextEdit*>();
            QTextCursor cursor(page->document());
            cursor.setPosition(static_cast<int>(kStory.size() + position));
            const int y = page->cursorRect(cursor).top();
            QVERIFY2(y >= 0 && y <= page->viewport()->height() / 4, qPrintable(QString::number(y)));
        }
    }

    // Whoever scrolls while the text comes in is not pulled back.
    void readersScrollingIsLeftAlone() {
        CompareDesk desk(100'000, 1);
        QScrollBar* const left = desk.pane(Side::First).scrollBar();
        QTRY_VERIFY(left->maximum() > 100);
        left->triggerAction(QAbstractSlider::SliderToMaximum);
        const int before = left->value(), length = int(desk.pane(Side::First).text().size());
        QTRY_VERIFY(desk.pane(Side::First).text().size() > length + 100);
        QVERIFY(left->value() >= before);
        QTest::keyClick(desk.window.get(), Qt::Key_Escape);
        QVERIFY(desk.waitForIdle());
    }

    void heatmapShowsTheGatedSideAndMarksItsToken() {
        CompareDesk desk;
        QVERIFY(desk.waitForIdle());
        const app::RunId gated = desk.parts.writer.comparison().side(Side::Second).run;
        QCOMPARE(desk.window->heatmap().grid().run(), gated);
        QCOMPARE(desk.window->heatmap().grid().columns(), 7);
        desk.window->tokenSelection().hover(TokenSelection::Place{gated, 1});
        auto* const page = desk.pane(Side::Second).findChild<QTextEdit*>();
        QStringList marked;
        for (const auto& selection : page->extraSelections()) {
            marked.append(selection.cursor.selectedText());
        }
        const QString token =
            test::Desk::said(1, 2, Side::Second).mid(test::Desk::said(1, 1, Side::Second).size());
        QVERIFY(marked.contains(token));
    }

    // The panes are out of sight while the theme changes.
    void panesTakeTheThemeOfTheirOpening() {
        test::Desk desk(kStory);
        desk.window->actions().themeDark->trigger();
        desk.window = std::make_unique<MainWindow>(desk.context); // which begins in the dark
        desk.window->show();
        desk.window->actions().themeLight->trigger();
        QVERIFY(desk.window->editor().grab().toImage().pixelColor(4, 4).lightness() > 200);
        desk.window->actions().compare->trigger();
        QVERIFY(desk.waitForIdle());
        for (auto* const page : desk.window->compareView().findChildren<QTextEdit*>()) {
            QCOMPARE(page->palette().color(QPalette::Base), lightColours().page);
            QCOMPARE(page->palette().color(QPalette::Text), lightColours().ink);
            QVERIFY(page->grab().toImage().pixelColor(4, 4).lightness() > 200);
        }
    }

    void changeOfThemeKeepsTheTexts() {
        CompareDesk desk;
        QVERIFY(desk.waitForIdle());
        const QString before = desk.pane(Side::First).findChild<QTextEdit*>()->toPlainText();
        const auto difference = desk.pane(Side::First).difference();
        desk.window->actions().themeDark->trigger();
        QCOMPARE(desk.pane(Side::First).findChild<QTextEdit*>()->toPlainText(), before);
        QCOMPARE(desk.pane(Side::First).difference(), difference);
        desk.window->actions().themeLight->trigger();
    }
};

QTEST_MAIN(CompareTest)
#include "compare_test.moc"
