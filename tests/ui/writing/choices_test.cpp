// The list of likely words over the page: by mouse, by Ctrl, by key; what it shows, and what choosing does.
#include "tests/ui/support/attempts_desk.h"
#include "ui/choices/choice_list.h"
#include "ui/choices/choice_presenter.h"
#include "ui/sidebar/sidebar_dock.h"

#include <QCheckBox>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTreeWidget>

using namespace ui;

namespace {

struct ChoicesDesk : test::AttemptsDesk {
    explicit ChoicesDesk(const app::ScriptedGenerator::Script& script = {})
        : AttemptsDesk(script) {}

    ChoiceList& list() { return window->choices().list(); }
    QTreeWidget& rows() { return list().rows(); }
    QPoint pointOf(int token) {
        const auto range = parts.runs.rangeOf(1, token);
        const QRect line = window->editor().lineRect(range->position + 1);
        return line.center() + QPoint(2, 0);
    }
    void moveTo(const QPoint& point, Qt::KeyboardModifiers modifiers = {}) {
        const QPoint global = window->editor().viewport()->mapToGlobal(point);
        QMouseEvent move(QEvent::MouseMove, point, global, Qt::NoButton, Qt::NoButton, modifiers);
        QCoreApplication::sendEvent(window->editor().viewport(), &move);
    }
    void cursorTo(int token) { window->editor().placeCursor(parts.runs.rangeOf(1, token)->end()); }
};

} // namespace

class ChoicesTest : public QObject {
    Q_OBJECT

private slots:
    void opensWhereTheMouseRestsOnAWordOfTheModel() {
        ChoicesDesk desk;
        QVERIFY(desk.continueStory());
        desk.moveTo(desk.window->editor().lineRect(2).center()); // the writer's own word
        QTest::qWait(ChoicePresenter::kRestMs + 100);
        QVERIFY(desk.list().isHidden());
        desk.moveTo(desk.pointOf(2));
        QVERIFY(desk.list().isHidden()); // not at once
        QTRY_VERIFY(desk.list().isVisible());
        QVERIFY(desk.window->editor().hasFocus()); // the keys stay in the text
        QCOMPARE(desk.rows().topLevelItemCount(), 4);
        const QTreeWidgetItem& second = *desk.rows().topLevelItem(1);
        QCOMPARE(second.text(0), QStringLiteral("2"));
        QCOMPARE(second.text(1),
                 u'␣' + desk.run(1).text.mid(desk.run(1).tokens[2].start, 20).trimmed().section(u' ', 0, 0));
        QCOMPARE(second.text(2), QStringLiteral("%1 %").arg(QLocale().toString(22.3, 'f', 1)));
        QCOMPARE(second.text(3), QLocale().toString(-1.5, 'f', 2));
        QVERIFY(second.font(1).bold() && !desk.rows().topLevelItem(0)->font(1).bold());
        // It lies below its word, inside the page.
        const QRect page = desk.window->editor().rect();
        QVERIFY(page.contains(desk.list().geometry()));
        QVERIFY(desk.list().y() >= desk.pointOf(2).y());
        // Typing closes it and goes into the text.
        QTest::keyClick(&desk.window->editor(), Qt::Key_X);
        QVERIFY(desk.list().isHidden());
        QVERIFY(desk.text().endsWith(u'x'));
    }

    void goesWithTheMouseButCanBeReached() {
        ChoicesDesk desk;
        QVERIFY(desk.continueStory());
        desk.moveTo(desk.pointOf(2), Qt::ControlModifier);
        QVERIFY(desk.list().isVisible()); // Ctrl: at once
        QEnterEvent enter(QPointF(3, 3), QPointF(3, 3), QPointF(3, 3));
        QEvent leave(QEvent::Leave);
        desk.moveTo({1, 1});
        QCoreApplication::sendEvent(&desk.list(), &enter);
        QTest::qWait(400);
        QVERIFY(desk.list().isVisible());
        QCoreApplication::sendEvent(&desk.list(), &leave);
        QTRY_VERIFY(desk.list().isHidden());
    }

    void canBeKeptFromOpeningUnderTheMouse() {
        ChoicesDesk desk;
        QVERIFY(desk.continueStory());
        desk.window->actions().choicesUnderMouse->trigger();
        QVERIFY(!desk.parts.preferences.appearance().choicesUnderMouse);
        desk.moveTo(desk.pointOf(2));
        QTest::qWait(ChoicePresenter::kRestMs + 100);
        QVERIFY(desk.list().isHidden());
        desk.moveTo(desk.pointOf(3), Qt::ControlModifier);
        QVERIFY(desk.list().isVisible());
    }

    void keysOpenWalkChooseAndClose() {
        ChoicesDesk desk;
        QVERIFY(desk.continueStory());
        const QString before = desk.text();
        desk.cursorTo(3);
        desk.key(Qt::Key_Period, Qt::ControlModifier);
        QTRY_VERIFY(desk.rows().hasFocus());
        QCOMPARE(desk.rows().indexOfTopLevelItem(desk.rows().currentItem()), 1); // the one that was written
        desk.press(desk.rows(), Qt::Key_Escape);
        QVERIFY(desk.list().isHidden() && desk.window->editor().hasFocus());
        QCOMPARE(desk.text(), before);

        desk.key(Qt::Key_Period, Qt::ControlModifier);
        desk.press(desk.rows(), Qt::Key_Left); // of the token before
        QVERIFY(desk.list().isVisible());
        desk.press(desk.rows(), Qt::Key_Down);
        desk.press(desk.rows(), Qt::Key_Down);
        const auto wanted = desk.parts.runs.choices(1, 2)->best[3];
        desk.press(desk.rows(), Qt::Key_Return);
        QVERIFY(desk.waitForIdle());
        QVERIFY(desk.list().isHidden() && desk.window->editor().hasFocus());
        QCOMPARE(desk.run(2).tokens.first().token, wanted.token);
        QCOMPARE(desk.text(),
                 test::storyStart() + desk.run(1).text.first(desk.run(1).tokens[2].start) + desk.run(2).text);
        desk.key(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(desk.text(), before); // one step
    }

    void aClickGoesOnWithThatWord() {
        ChoicesDesk desk;
        QVERIFY(desk.continueStory());
        desk.moveTo(desk.pointOf(0), Qt::ControlModifier);
        const auto wanted = desk.parts.runs.choices(1, 0)->best[2];
        QTest::mouseClick(desk.rows().viewport(), Qt::LeftButton, {},
                          desk.rows().visualItemRect(desk.rows().topLevelItem(2)).center());
        QVERIFY(desk.waitForIdle());
        QCOMPARE(desk.text(), test::storyStart() + desk.run(2).text);
        QVERIFY(desk.run(2).text.startsWith(QString::fromUtf8(wanted.bytes)));
    }

    void saysWhyThereIsNothingToSee() {
        ChoicesDesk desk;
        desk.window->sidebar().findChild<QCheckBox*>(QStringLiteral("recordChoices"))->setChecked(false);
        QVERIFY(desk.continueStory());
        desk.cursorTo(3);
        desk.window->actions().likelyWords->trigger();
        QVERIFY(desk.list().isHidden());
        QVERIFY(desk.window->messages().message().contains(QStringLiteral("were not kept")));
        desk.window->editor().placeCursor(2);
        desk.window->actions().likelyWords->trigger();
        QVERIFY(desk.window->messages().message().contains(QStringLiteral("word of the model")));
        desk.moveTo(desk.pointOf(2), Qt::ControlModifier);
        QVERIFY(desk.list().isHidden());
    }

    void areThereAgainWhenTheStoryIsOpenedAgain() {
        ChoicesDesk desk;
        QVERIFY(desk.continueStory());
        QVERIFY(desk.parts.waitUntilSaved());
        const auto choices = desk.parts.runs.choices(1, 3);
        desk.parts.runs.reset({desk.run(1)}, {}); // as a file is read: without them
        QVERIFY(!desk.parts.runs.choices(1, 3));
        desk.cursorTo(3);
        desk.key(Qt::Key_Period, Qt::ControlModifier);
        QTRY_VERIFY(desk.list().isVisible());
        QCOMPARE(desk.parts.runs.choices(1, 3), choices);
    }

    // While the model writes on, the words before can be looked at.
    void staysWhileTextStreams_data() {
        QTest::addColumn<bool>("isByKey");
        QTest::newRow("by the mouse") << false;
        QTest::newRow("by a key") << true;
    }
    void staysWhileTextStreams() {
        QFETCH(bool, isByKey);
        app::ScriptedGenerator::Script script;
        script.delayMs = 25;
        ChoicesDesk desk(script);
        app::GenerationOptions options = desk.parts.writer.options();
        options.maxTokens = 2000;
        desk.parts.writer.setOptions(options);
        desk.key(Qt::Key_Return, Qt::ControlModifier);
        const auto written = [&desk] { return desk.parts.runs.run(1) ? desk.run(1).tokens.size() : 0; };
        QTRY_VERIFY(written() > 6);
        if (isByKey) {
            desk.window->choices().open({1, 2});
        } else {
            desk.moveTo(desk.pointOf(2)); // and rests there, while text comes
        }
        QTRY_VERIFY(desk.list().isVisible());
        const QPoint place = desk.list().pos();
        QSignalSpy changes(&desk.parts.document, &app::Document::changed);
        QTRY_VERIFY(changes.size() > 8);
        QVERIFY(desk.list().isVisible());
        QCOMPARE(desk.list().pos(), place);
        QCOMPARE(desk.rows().hasFocus(), isByKey);
        // Its word moves on: it goes.
        QVERIFY(desk.parts.document.applyReplacements({{{0, 0}, QStringLiteral("Now. ")}}));
        QVERIFY(desk.list().isHidden());
        desk.parts.writer.stop();
        QVERIFY(desk.waitForIdle());
    }

    void goesWithItsToken() {
        ChoicesDesk desk;
        QVERIFY(desk.continueStory());
        desk.cursorTo(3);
        desk.key(Qt::Key_Period, Qt::ControlModifier);
        QVERIFY(desk.list().isVisible());
        const qsizetype end = desk.parts.runs.rangeOf(1, 3)->end();
        QVERIFY(desk.parts.document.applyReplacements({{{desk.text().size(), 0}, QStringLiteral(" End.")}}));
        QVERIFY(desk.list().isVisible());
        QVERIFY(desk.parts.document.applyReplacements({{{end - 2, 1}, QString()}}));
        QVERIFY(desk.list().isHidden());
    }

    void scrollingOrAnotherStoryClosesIt() {
        ChoicesDesk desk;
        QVERIFY(desk.continueStory());
        desk.cursorTo(3);
        desk.key(Qt::Key_Period, Qt::ControlModifier);
        QVERIFY(desk.list().isVisible());
        desk.parts.runs.reset({}, {});
        QVERIFY(desk.list().isHidden());
    }
};

QTEST_MAIN(ChoicesTest)
#include "choices_test.moc"
