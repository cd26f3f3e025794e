#include "app/statistics/writing_log.h"

#include "app/document/document.h"
#include "app/statistics/word_owners.h"

#include <QTest>

using namespace app;

namespace {

struct Desk {
    Desk()
        : story(nullptr, [this] { return now.toMSecsSinceEpoch(); })
        , log(story, nullptr, [this] { return now; }) {}

    void type(const QString& words) { typeAt(story.size(), words); }
    void typeAt(qsizetype place, const QString& words) {
        for (const QChar key : words) {
            now = now.addMSecs(200);
            story.applyUserEdit(place++, 0, key);
        }
    }
    void erase(int keys) {
        while (keys-- > 0)
            story.applyUserEdit(story.size() - 1, 1, QString());
    }
    [[nodiscard]] static QString many(int words) { return QStringLiteral("word ").repeated(words); }

    QDateTime now{QDate(2026, 5, 20), QTime(12, 0)};
    Document story;
    WritingLog log;
};

} // namespace

class WritingLogTest : public QObject {
    Q_OBJECT

private slots:
    void ownersOfWords() {
        const auto text = SpannedText::fromSpans(QStringLiteral("own ideas model's old new"),
                                                 {{6, Origin::Typed},
                                                  {11, Origin::Generated, 1, 0},
                                                  {4, Origin::Imported},
                                                  {4, Origin::Edited, 1}});
        QVERIFY(text);
        // "ideas" began as the writer's; "new" is the writer's inside the model's.
        QCOMPARE(countOwners(text->text(), text->spans()), (WordOwners{3, 1}));
    }

    void countsTypedWords() {
        Desk desk;
        desk.type(QStringLiteral("Three own words"));
        QCOMPARE(desk.log.today().typed, 3);
        desk.typeAt(5, QStringLiteral("x")); // inside a word
        QCOMPARE(desk.log.today().typed, 3);
        desk.typeAt(3, QStringLiteral(" ")); // one word becomes two
        QCOMPARE(desk.log.today().typed, 4);
    }

    void deletedAndUndoneWordsAreTakenOff() {
        Desk desk;
        desk.type(QStringLiteral("one two three"));
        desk.erase(6);
        QCOMPARE(desk.log.today().typed, 2);
        desk.story.undo();
        QCOMPARE(desk.log.today().typed, 3);
        while (desk.story.canUndo())
            desk.story.undo();
        QCOMPARE(desk.log.today().typed, 0);
        while (desk.story.canRedo())
            desk.story.redo();
        QCOMPARE(desk.log.today().typed, 2);
    }

    void nobodyOwesYesterdaysWords() {
        Desk desk;
        desk.story.reset(SpannedText(QStringLiteral("old words here"), Origin::Typed));
        desk.log.reset({});
        desk.erase(9);
        QCOMPARE(desk.log.today().typed, 0);
        desk.type(QStringLiteral(" new"));
        QCOMPARE(desk.log.today().typed, 1);
    }

    void largePiecesAreNoTyping() {
        Desk desk;
        desk.type(QStringLiteral("one two "));
        desk.story.applyUserEdit(0, 0, Desk::many(100));
        QCOMPARE(desk.log.today().typed, 2);
        QCOMPARE(desk.log.today().pasted, 100);
        desk.story.undo();
        QCOMPARE(desk.log.today().typed, 2);
        desk.story.redo();
        desk.story.applyUserEdit(0, 500, QString());
        QCOMPARE(desk.log.today().cut, 100);
        QCOMPARE(desk.log.today().typed, 2);
        // Moving and replacing everywhere are none either.
        QVERIFY(desk.story.moveRange({0, 4}, 8));
        QVERIFY(desk.story.applyReplacements(
            {{{0, 1}, QStringLiteral("a b c")}, {{3, 1}, QStringLiteral("d e f")}}));
        desk.story.undo();
        QCOMPARE(desk.log.today().typed, 2);
    }

    void theModelsWordsAreCountedApart() {
        Desk desk;
        desk.type(QStringLiteral("one"));
        QVERIFY(desk.story.beginGeneration(1, 3));
        desk.story.appendGenerated(1, QStringLiteral(" four mo"));
        desk.story.appendGenerated(1, QStringLiteral("re words"));
        desk.story.endGeneration(1);
        QCOMPARE(desk.log.today().typed, 1);
        QCOMPARE(desk.log.today().model, 3);
        desk.story.undo();
        QCOMPARE(desk.log.today().model, 0);
        desk.story.redo();
        desk.story.applyUserEdit(3, 5, QString()); // the writer deletes one of them
        QCOMPARE(desk.log.today().model, 2);
        QCOMPARE(desk.log.today().typed, 1);
    }

    void daysAndTime() {
        Desk desk;
        desk.type(QStringLiteral("one two ")); // 7 pauses of 200 ms
        desk.now = desk.now.addSecs(100);
        desk.type(QStringLiteral("three"));
        desk.now = desk.now.addSecs(1000); // away
        desk.type(QStringLiteral(" four"));
        QCOMPARE(desk.log.today().seconds, 103);
        desk.now = desk.now.addDays(1);
        QCOMPARE(desk.log.today().typed, 0);
        desk.type(QStringLiteral(" five"));
        QCOMPARE(desk.log.today().typed, 1);
        QCOMPARE(desk.log.session().typed, 5);
        QCOMPARE(desk.log.days().size(), 2);
        QCOMPARE(desk.log.takeChanges().size(), 2);
        QCOMPARE(desk.log.takeChanges().size(), 0);
        desk.log.reset(desk.log.days());
        QCOMPARE(desk.log.session().typed, 0);
        QCOMPARE(desk.log.today().typed, 1);
    }
};

QTEST_GUILESS_MAIN(WritingLogTest)
#include "writing_log_test.moc"
