// Focus on a line, a sentence or a paragraph, typewriter scrolling, full screen, goals.
#include "app/preferences/preferences.h"
#include "app/project/project_controller.h"
#include "app/statistics/writing_log.h"
#include "tests/ui/support/desk.h"
#include "ui/editor/focus_view.h"
#include "ui/editor/story_editor.h"
#include "ui/goals/goals_dialog.h"
#include "ui/theme/theme.h"
#include "ui/window/actions.h"
#include "ui/window/status_line.h"

#include <QAction>
#include <QComboBox>
#include <QDockWidget>
#include <QImage>
#include <QLabel>
#include <QMenuBar>
#include <QScrollBar>
#include <QSpinBox>
#include <QTableWidget>
#include <QTest>

using namespace ui;

namespace {

QString lines(int count) {
    QString text;
    for (int i = 0; i < count; ++i)
        text += QStringLiteral("Line %1 is here. It has two sentences.\n").arg(i);
    return text;
}

QString litText(test::Desk& desk) {
    const auto lit = desk.window->editor().focusView().lit();
    return lit ? desk.parts.document.text().sliced(lit->position, lit->length) : QStringLiteral("all");
}

// The text of the page that is dimmed, both parts.
QString dimmedText(test::Desk& desk) {
    QString text;
    for (const auto& part : desk.window->editor().extraSelections())
        if (part.format.foreground().color() == desk.window->theme().colours().dimmedInk)
            text += part.cursor.selectedText().replace(QChar::ParagraphSeparator, u'\n');
    return text;
}

int cursorHeight(const StoryEditor& editor) { return editor.cursorRect().center().y(); }

} // namespace

class FocusTest : public QObject {
    Q_OBJECT

private slots:
    void f8GoesFromLineToSentenceToParagraph() {
        test::Desk desk(QStringLiteral("One. Two here.\nThree."));
        StoryEditor& editor = desk.window->editor();
        editor.placeCursor(8);
        QCOMPARE(litText(desk), QStringLiteral("all"));
        QTest::keyClick(&editor, Qt::Key_F8);
        QCOMPARE(litText(desk), QStringLiteral("One. Two here."));
        QTest::keyClick(&editor, Qt::Key_F8);
        QCOMPARE(litText(desk), QStringLiteral("Two here."));
        QCOMPARE(dimmedText(desk), QStringLiteral("Three.")); // and “One.”, which is painted over
        editor.placeCursor(18);
        QCOMPARE(litText(desk), QStringLiteral("Three."));
        QCOMPARE(dimmedText(desk), QStringLiteral("One. Two here.\n"));
        QTest::keyClicks(&editor, QStringLiteral("xy"));
        QCOMPARE(litText(desk), QStringLiteral("Thrxyee."));
        QTest::keyClick(&editor, Qt::Key_F8);
        QVERIFY(desk.window->actions().pageFocus[3]->isChecked());
        QCOMPARE(desk.parts.preferences.pageFocus(), app::PageFocus::Paragraph);
        QTest::keyClick(&editor, Qt::Key_F8);
        QCOMPARE(litText(desk), QStringLiteral("all"));
        QCOMPARE(dimmedText(desk), QString());
    }

    // On the screen, too, before and behind the sentence in its own paragraph and in others.
    void whatIsDimmedIsPaintedSo() {
        const QString sentence = QStringLiteral("Many words mmmm wwww stand in this sentence. ");
        test::Desk desk(QStringLiteral("Mmmm wwww.\n") + sentence.repeated(5) +
                        QStringLiteral("\nMmmm wwww."));
        StoryEditor& editor = desk.window->editor();
        desk.window->actions().pageFocus[2]->trigger();
        const qsizetype middle = 11 + 2 * sentence.size() + 9;
        editor.placeCursor(middle);
        editor.ensureCursorVisible();
        const QImage page = editor.viewport()->grab().toImage();
        const auto darkest = [&](qsizetype place) { // of a word
            QTextCursor from(editor.document()), to(editor.document());
            from.setPosition(static_cast<int>(place));
            to.setPosition(static_cast<int>(place) + 4);
            const QRect word(editor.cursorRect(from).topLeft(), editor.cursorRect(to).bottomRight());
            int darkest = 255;
            for (int y = word.top(); y <= word.bottom(); ++y)
                for (int x = word.left() + 3; x < word.right() - 3; ++x)
                    darkest = std::min(darkest, qGray(page.pixel(x, y)));
            return darkest;
        };
        const QString& text = desk.parts.document.text();
        const int between = (qGray(desk.window->theme().colours().ink.rgb()) +
                             qGray(desk.window->theme().colours().dimmedInk.rgb())) /
                            2;
        for (qsizetype at = text.indexOf(QStringLiteral("wwww")); at >= 0;
             at = text.indexOf(QStringLiteral("wwww"), at + 1)) {
            const bool isLit = at > middle - 10 && at < middle + 30;
            QVERIFY2((darkest(at) < between) == isLit,
                     qPrintable(QStringLiteral("%1: %2").arg(at).arg(darkest(at))));
        }
    }

    void aLineIsALineOfThePage() {
        test::Desk desk(QStringLiteral("word ").repeated(200));
        StoryEditor& editor = desk.window->editor();
        desk.window->actions().pageFocus[1]->trigger();
        editor.placeCursor(500);
        const auto lit = editor.focusView().lit();
        QVERIFY(lit && lit->position <= 500 && lit->end() > 500);
        QVERIFY(lit->length > 20 && lit->length < 200);
    }

    void looksAtALittleOfALongParagraph() {
        test::Desk desk(QStringLiteral("word ").repeated(40'000));
        StoryEditor& editor = desk.window->editor();
        editor.placeCursor(100'000);
        desk.window->actions().pageFocus[2]->trigger();
        QVERIFY(editor.focusView().lit()->length <= 4'000);
        desk.window->actions().pageFocus[3]->trigger();
        QCOMPARE(editor.focusView().lit(), (app::TextRange{0, 200'000}));
    }

    void dimmedWordsCanBeRead() {
        for (const Colours& colours : {lightColours(), darkColours()}) {
            QVERIFY(contrast(colours.dimmedInk, colours.page) >= 4.5);
            QVERIFY(contrast(colours.dimmedInk, colours.page) < 0.6 * contrast(colours.ink, colours.page));
        }
    }

    void aTypewriterKeepsItsLine() {
        test::Desk desk(lines(120));
        StoryEditor& editor = desk.window->editor();
        editor.placeCursor(desk.parts.document.size() / 2);
        QTest::keyClick(&editor, Qt::Key_F8, Qt::ShiftModifier);
        QVERIFY(desk.parts.preferences.isTypewriter());
        const int height = qRound(editor.viewport()->height() * FocusView::kHeight);
        const int line = editor.cursorRect().height();
        const auto isAtHeight = [&] { return std::abs(cursorHeight(editor) - height) <= line; };
        QVERIFY(isAtHeight());
        for (int i = 0; i < 6; ++i) {
            QTest::keyClick(&editor, Qt::Key_Return);
            QTest::keyClicks(&editor, QStringLiteral("More."));
            QVERIFY(isAtHeight());
        }
        for (const qsizetype place : {qsizetype(0), desk.parts.document.size()}) {
            editor.placeCursor(place); // the first and the last line, too
            QVERIFY(isAtHeight());
        }
        QTest::keyClick(&editor, Qt::Key_F8, Qt::ShiftModifier);
        editor.placeCursor(0);
        QVERIFY(cursorHeight(editor) < height / 2);
    }

    void fullScreenIsLeftByF11AndEsc() {
        test::Desk desk(lines(3));
        StoryEditor& editor = desk.window->editor();
        desk.window->actions().showOutline->trigger();
        editor.setFocus();
        for (const Qt::Key key : {Qt::Key_F11, Qt::Key_Escape}) {
            QTest::keyClick(&editor, Qt::Key_F11);
            QVERIFY(desk.window->isFullScreen());
            QVERIFY(!desk.window->menuBar()->isVisible());
            QTest::keyClicks(&editor, QStringLiteral("x")); // keys go on working
            QTest::keyClick(&editor, key);
            QVERIFY(!desk.window->isFullScreen());
            QVERIFY(desk.window->menuBar()->isVisible());
            QVERIFY(desk.window->findChild<QDockWidget*>(QStringLiteral("outlineDock"))->isVisible());
        }
    }

    void goalsAreShownQuietly() {
        test::Desk desk(QStringLiteral("Before."));
        desk.parts.project.log().reset({});
        const auto* const goal = desk.window->findChild<QLabel*>(QStringLiteral("statusGoal"));
        QVERIFY(!goal->isVisible());
        desk.window->actions().goals->trigger();
        auto* const dialog = desk.window->findChild<GoalsDialog*>();
        QVERIFY(dialog != nullptr && dialog->isVisible());
        dialog->words().setValue(4);
        QTRY_VERIFY(goal->isVisible());
        QCOMPARE(goal->text(), QStringLiteral("0 of 4 today"));
        QTest::keyClicks(&desk.window->editor(), QStringLiteral(" Two words"));
        QCOMPARE(goal->text(), QStringLiteral("2 of 4 today"));
        QCOMPARE(dialog->days().item(0, 1)->text(), QStringLiteral("2"));
        QVERIFY(desk.continueStory());
        QCOMPARE(goal->text(), QStringLiteral("2 of 4 today")); // the model's are not the writer's
        QCOMPARE(dialog->days().item(0, 2)->text(), QStringLiteral("8"));
        QTest::keyClicks(&desk.window->editor(), QStringLiteral(" and two"));
        QVERIFY(goal->text().startsWith(QStringLiteral("4 of 4 today")) && goal->text().size() > 12);
        dialog->span().setCurrentIndex(1);
        QVERIFY(goal->text().contains(QStringLiteral("this session")));
        dialog->words().setValue(0);
        QVERIFY(!goal->isVisible());
        dialog->close();
    }
};

QTEST_MAIN(FocusTest)
#include "focus_test.moc"
