// Alternatives as cards in the panel of attempts: written together, taken by click, Enter or number.
#include "tests/ui/support/attempts_desk.h"

#include <QSpinBox>

using namespace ui;
using test::AttemptsDesk;

namespace {

QString start() { return test::storyStart(); }

} // namespace

class AlternativesTest : public QObject {
    Q_OBJECT

private slots:
    void aCardIsTakenByClickEnterOrNumber_data() {
        QTest::addColumn<QString>("way");
        for (const char* const way : {"click", "enter", "number"})
            QTest::newRow(way) << QString::fromLatin1(way);
    }
    void aCardIsTakenByClickEnterOrNumber() {
        QFETCH(QString, way);
        AttemptsDesk desk;
        QVERIFY(desk.alternatives(3));
        QVERIFY(desk.dock().isVisible() && desk.dock().isShowingCards());
        QCOMPARE(desk.cards().count(), 3);
        QVERIFY(desk.cards().hasFocus());
        QCOMPARE(desk.text(), start()); // until one is taken
        for (int card = 0; card < 3; ++card)
            QCOMPARE(desk.cards().item(card)->text(), desk.run(card + 1).text.simplified());
        if (way == QLatin1String("click")) {
            QTest::qWait(20); // laid out
            QTest::mouseClick(desk.cards().viewport(), Qt::LeftButton, {},
                              desk.cards().visualItemRect(desk.cards().item(1)).center());
        } else if (way == QLatin1String("enter")) {
            desk.press(desk.cards(), Qt::Key_Down);
            desk.press(desk.cards(), Qt::Key_Return);
        } else {
            desk.press(desk.cards(), Qt::Key_2);
        }
        QCOMPARE(desk.text(), start() + desk.run(2).text);
        QCOMPARE(desk.page(), desk.text());
        QVERIFY(desk.window->editor().hasFocus());
        QCOMPARE(desk.window->editor().cursorPlace(), desk.text().size());
        desk.key(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(desk.text(), start());
        // Back to the tree.
        desk.cards().setFocus();
        desk.press(desk.cards(), Qt::Key_Escape);
        QVERIFY(!desk.dock().isShowingCards());
        QTRY_COMPARE(desk.drawn(), QStringLiteral("1\n2\n3\n"));
    }

    void theNumberOfAlternativesIsKept() {
        AttemptsDesk desk;
        desk.dock().show();
        auto* const count = desk.dock().findChild<QSpinBox*>(QStringLiteral("alternativesCount"));
        count->setValue(5);
        QCOMPARE(desk.parts.preferences.alternatives(), 5);
        desk.dock().findChild<QPushButton*>(QStringLiteral("writeAlternatives"))->click();
        QVERIFY(desk.waitForIdle());
        QCOMPARE(desk.cards().count(), 5);
    }

    // As after token healing: the text ends inside of a word, which the model completes.
    void aWordThatBeginsInTheTextIsWholeOnItsCard() {
        AttemptsDesk desk;
        QVERIFY(desk.alternatives(2));
        app::Alternatives& alternatives = desk.parts.writer.alternatives();
        alternatives.begin({1, 2});
        alternatives.append(0, QStringLiteral("less town"), 2);
        alternatives.append(1, QStringLiteral(" ago.\n\nIt rained"), 2);
        QCOMPARE(desk.cards().item(0)->text(), QStringLiteral("timeless town"));
        QCOMPARE(desk.cards().item(1)->text(),
                 QStringLiteral("ago.") + QChar(QChar::LineSeparator) + QStringLiteral("It rained"));
    }

    void escapeStopsAllAlternatives() {
        app::ScriptedGenerator::Script script;
        script.delayMs = 5;
        AttemptsDesk desk(script);
        desk.setLength(4000);
        desk.dock().setAlternatives(3);
        desk.key(Qt::Key_Return, Qt::AltModifier);
        QTRY_VERIFY(desk.parts.writer.alternatives().cards().size() == 3 &&
                    desk.parts.writer.alternatives().cards()[2].tokens > 1);
        desk.press(desk.cards(), Qt::Key_Escape);
        QVERIFY(desk.waitForIdle());
        QCOMPARE(desk.text(), start());
        for (app::RunId id = 1; id <= 3; ++id)
            QVERIFY(desk.run(id).isFinished && desk.run(id).tokens.size() < 4000 &&
                    !desk.run(id).text.isEmpty());
        QVERIFY(desk.dock().isShowingCards()); // what there is can be taken
        desk.press(desk.cards(), Qt::Key_1);
        QCOMPARE(desk.text(), start() + desk.run(1).text);
    }
};

QTEST_MAIN(AlternativesTest)
#include "alternatives_test.moc"
