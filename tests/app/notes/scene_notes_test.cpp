// Notes of scenes and the text around them: on a document alone, and through a project's file.
#include "app/notes/scene_notes.h"

#include "app/document/document.h"
#include "app/statistics/writing_log.h"
#include "app/structure/outline_moves.h"
#include "app/structure/story_outline.h"
#include "tests/app/support/app_parts.h"

#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace app;

namespace {

struct Desk {
    explicit Desk(const QString& text)
        : outline(story)
        , notes(story, outline) {
        story.reset(SpannedText(text, Origin::Typed));
        for (qsizetype section = 0; section < outline.outline().sections(); ++section)
            if (const TextRange body = outline.outline().body(section, text); body.length > 0)
                notes.setSynopsis(section, text.sliced(body.position, 3));
    }
    // "AAA:AAA BBB:BBB": the first letters of each scene, and what is noted about it.
    [[nodiscard]] QString drawn() const {
        QStringList parts;
        for (qsizetype section = 0; section < outline.outline().sections(); ++section) {
            const TextRange body = outline.outline().body(section, story.text());
            const QString synopsis = notes.synopsis(section);
            if (body.length > 0 || !synopsis.isEmpty())
                parts.append(story.text().sliced(body.position, std::min<qsizetype>(3, body.length)) + u':' +
                             QString(synopsis).replace(u'\n', u'+'));
        }
        for (const SceneNote& note : notes.withoutScene())
            parts.append(QStringLiteral("lost:") + note.synopsis);
        return parts.join(u' ');
    }
    bool apply(const OutlineEdits& edits) { return edits && story.applyEdits(*edits); }
    [[nodiscard]] qsizetype at(const QString& words) const { return story.text().indexOf(words); }
    void cut(const QString& from, const QString& to) {
        const qsizetype start = at(from);
        story.applyUserEdit(start, (to.isEmpty() ? story.size() : at(to)) - start, QString());
    }

    Document story;
    StoryOutline outline;
    SceneNotes notes;
};

QString book() {
    return QStringLiteral(
        "# one\n\nAAA is the first scene.\n\n***\n\nBBB is the second one.\n\n***\n\nCCC is the "
        "third.\n\n# two\n\nDDD is alone here.\n\n# three\n\nEEE ends it.\n");
}

const QString kAtRest = QStringLiteral("AAA:AAA BBB:BBB CCC:CCC DDD:DDD EEE:EEE");

} // namespace

class SceneNotesTest : public QObject {
    Q_OBJECT

private slots:
    void staysWhileTheTextIsWritten() {
        Desk desk(book());
        desk.story.applyUserEdit(0, 0, QStringLiteral("Before all\n\n"));
        desk.story.applyUserEdit(desk.at("is the second"), 0, QStringLiteral("really "));
        desk.story.applyUserEdit(desk.at("BBB"), 4, QStringLiteral("B")); // the first word is another one
        desk.story.applyUserEdit(desk.at("CCC"), 0, QStringLiteral("X")); // and here it grows
        QCOMPARE(desk.drawn(),
                 QStringLiteral("Bef: AAA:AAA Bis:BBB XCC:CCC DDD:DDD EEE:EEE").replace("Bis", "Bre"));
    }

    void goesWithScenesAndChaptersThatMove_data() {
        QTest::addColumn<int>("row");
        QTest::addColumn<int>("target");
        QTest::addColumn<int>("place");
        QTest::addColumn<QString>("drawn");
        // Rows: one 0, A 1, B 2, C 3, two 4, three 5.
        QTest::newRow("scene to the front") << 3 << 1 << 0 << "CCC:CCC AAA:AAA BBB:BBB DDD:DDD EEE:EEE";
        QTest::newRow("first scene behind") << 1 << 2 << 2 << "BBB:BBB AAA:AAA CCC:CCC DDD:DDD EEE:EEE";
        QTest::newRow("first scene elsewhere") << 1 << 4 << 1 << "BBB:BBB CCC:CCC DDD:DDD AAA:AAA EEE:EEE";
        QTest::newRow("scene elsewhere") << 2 << 5 << 1 << "AAA:AAA CCC:CCC DDD:DDD EEE:EEE BBB:BBB";
        QTest::newRow("chapter up") << 4 << 0 << 0 << "DDD:DDD AAA:AAA BBB:BBB CCC:CCC EEE:EEE";
        QTest::newRow("chapter down") << 0 << 5 << 2 << "DDD:DDD EEE:EEE AAA:AAA BBB:BBB CCC:CCC";
        QTest::newRow("last chapter up") << 5 << 0 << 0 << "EEE:EEE AAA:AAA BBB:BBB CCC:CCC DDD:DDD";
    }

    void goesWithScenesAndChaptersThatMove() {
        QFETCH(const int, row);
        QFETCH(const int, target);
        QFETCH(const int, place);
        Desk desk(book());
        const auto rows = outlineRows(desk.outline.outline(), desk.story.text());
        QVERIFY(desk.apply(moveRow(desk.story.content(), desk.outline.outline(), rows, row, target,
                                   static_cast<RowPlace>(place), false)));
        QTEST(desk.drawn(), "drawn");
        const QString after = desk.drawn();
        for (int again = 0; again < 3; ++again) {
            desk.story.undo();
            QCOMPARE(desk.drawn(), kAtRest);
            desk.story.redo();
            QCOMPARE(desk.drawn(), after);
        }
    }

    void splitMergeAndRename() {
        Desk desk(book());
        QVERIFY(
            desk.apply(splitScene(desk.story.content(), desk.outline.outline(), desk.at("is the second"))));
        QCOMPARE(desk.drawn(), QStringLiteral("AAA:AAA BBB:BBB is : CCC:CCC DDD:DDD EEE:EEE"));
        desk.story.undo();
        QVERIFY(desk.apply(mergeWithPrevious(desk.story.content(), desk.outline.outline(), 3)));
        QCOMPARE(desk.drawn(), QStringLiteral("AAA:AAA BBB:BBB+CCC DDD:DDD EEE:EEE"));
        desk.story.undo();
        QCOMPARE(desk.drawn(), kAtRest);
        desk.story.redo();
        // Once it is changed, it is one note.
        desk.notes.setSynopsis(2, QStringLiteral("both"));
        desk.story.undo();
        QCOMPARE(desk.drawn(), QStringLiteral("AAA:AAA BBB:both CCC: DDD:DDD EEE:EEE"));
        QVERIFY(desk.apply(
            renameHeading(desk.story.content(), desk.outline.outline(), 3, QStringLiteral("new"))));
        QCOMPARE(desk.notes.synopsis(4), QStringLiteral("DDD"));
    }

    void aSceneThatLosesItsHeadingTakesItsNoteAlong() {
        Desk desk(book());
        desk.cut("# two", "DDD");
        QCOMPARE(desk.drawn(), QStringLiteral("AAA:AAA BBB:BBB CCC:CCC+DDD EEE:EEE"));
        desk.story.undo();
        QCOMPARE(desk.drawn(), kAtRest);
        // Key by key, and back.
        const qsizetype end = desk.at("# two") + 5;
        for (int i = 0; i < 5; ++i)
            desk.story.applyUserEdit(end - 1 - i, 1, QString());
        QCOMPARE(desk.drawn(), QStringLiteral("AAA:AAA BBB:BBB CCC:CCC+DDD EEE:EEE"));
        for (int i = 0; i < 5; ++i)
            desk.story.applyUserEdit(end - 5 + i, 0, QStringLiteral("# two").at(i));
        QCOMPARE(desk.drawn(), kAtRest);
    }

    void aSceneThatIsDeletedLeavesItsNoteWithoutOne() {
        Desk desk(book());
        desk.cut("# two", "# three");
        QCOMPARE(desk.drawn(), QStringLiteral("AAA:AAA BBB:BBB CCC:CCC EEE:EEE lost:DDD"));
        desk.story.undo();
        QCOMPARE(desk.drawn(), kAtRest);
        desk.story.redo();
        desk.notes.attach(desk.notes.withoutScene().first().id, 4);
        QCOMPARE(desk.drawn(), QStringLiteral("AAA:AAA BBB:BBB CCC:CCC EEE:EEE+DDD"));
        // All text is gone, all notes are kept, all comes back.
        desk.story.undo();
        desk.cut("# one", "");
        QCOMPARE(desk.notes.withoutScene().size(), 5);
        desk.story.undo();
        QCOMPARE(desk.notes.withoutScene().size(), 0);
    }

    void cutAndPastedAndDraggedWordsBringItAlong() {
        Desk desk(book());
        const QString chapter =
            desk.story.text().sliced(desk.at("# two"), desk.at("# three") - desk.at("# two"));
        desk.cut("# two", "# three");
        desk.story.applyUserEdit(0, 0, chapter);
        QCOMPARE(desk.drawn(), QStringLiteral("DDD:DDD AAA:AAA BBB:BBB CCC:CCC EEE:EEE"));
        const qsizetype from = desk.at("# three");
        QVERIFY(desk.story.moveRange({from, desk.story.size() - from}, 0));
        QCOMPARE(desk.drawn(), QStringLiteral("EEE:EEE DDD:DDD AAA:AAA BBB:BBB CCC:CCC"));
        desk.story.undo();
        QCOMPARE(desk.drawn(), QStringLiteral("DDD:DDD AAA:AAA BBB:BBB CCC:CCC EEE:EEE"));
    }

    void aSceneWithoutWordsKeepsItsNoteWhileItIsWritten() {
        Desk desk(QStringLiteral("# one\n"));
        desk.notes.setSynopsis(1, QStringLiteral("plan"));
        const auto type = [&](const QString& words) {
            for (const QChar key : words)
                desk.story.applyUserEdit(desk.story.size(), 0, key);
        };
        type(QStringLiteral("\nIt begins.\n\n# two\n\nThis is next."));
        QCOMPARE(desk.notes.synopsis(1), QStringLiteral("plan"));
        QCOMPARE(desk.notes.synopsis(2), QString());
        // The body is deleted and written anew: still the same scene.
        desk.story.applyUserEdit(desk.at("It"), 10, QString());
        desk.story.applyUserEdit(desk.at("\n\n# two"), 0, QStringLiteral("Other words"));
        QCOMPARE(desk.notes.synopsis(1), QStringLiteral("plan"));
    }

    // Whatever is done and undone, no note is lost, and undoing everything brings each back to its scene.
    void randomStepsUndoneLeaveEachNoteAtItsScene() {
        for (quint32 seed = 1; seed <= 60; ++seed) {
            QRandomGenerator random(seed);
            Desk desk(book());
            const auto number = [&](qsizetype below) {
                return static_cast<qsizetype>(random.bounded(static_cast<int>(below)));
            };
            for (int step = 0; step < 12; ++step) {
                const auto rows = outlineRows(desk.outline.outline(), desk.story.text());
                const int kind = random.bounded(5);
                if (kind == 0 && !rows.isEmpty())
                    desk.apply(moveRow(desk.story.content(), desk.outline.outline(), rows,
                                       number(rows.size()), number(rows.size()),
                                       static_cast<RowPlace>(random.bounded(3)), false));
                else if (kind == 1 && desk.outline.outline().sections() > 1)
                    desk.apply(mergeWithPrevious(desk.story.content(), desk.outline.outline(),
                                                 1 + number(desk.outline.outline().sections() - 1)));
                else if (kind == 2 && desk.story.size() > 2)
                    desk.apply(
                        splitScene(desk.story.content(), desk.outline.outline(), number(desk.story.size())));
                else if (kind == 3 && desk.story.size() > 60) {
                    const qsizetype from = number(desk.story.size() - 50);
                    desk.story.applyUserEdit(from, 30 + number(20), QString());
                } else {
                    desk.story.applyUserEdit(number(desk.story.size() + 1), 0, QStringLiteral("word "));
                }
                QCOMPARE(desk.notes.all().size(), 5);
            }
            while (desk.story.canUndo())
                desk.story.undo();
            QVERIFY2(desk.drawn() == kAtRest,
                     qPrintable(QStringLiteral("seed %1: %2").arg(seed).arg(desk.drawn())));
        }
    }

    void theFileHasNotesAndPlaces() {
        QTemporaryDir folder;
        auto parts = std::make_unique<AppParts>(folder.path());
        parts->preferences.markStarted();
        QVERIFY(parts->start());
        parts->document.applyUserEdit(0, 0, book());
        parts->project.notes().setSynopsis(2, QStringLiteral("the second"));
        parts->project.notes().setText(4, QStringLiteral("alone\n\nhere"));
        parts->project.notes().setCollapsed(1, true);
        QVERIFY(parts->waitUntilSaved());
        parts->document.applyUserEdit(0, 0, QStringLiteral("Words before.\n\n")); // only places change
        QVERIFY(parts->waitUntilSaved());
        parts->document.applyUserEdit(parts->document.text().indexOf(QStringLiteral("# three")), 100000,
                                      QString());
        parts.reset();
        parts = std::make_unique<AppParts>(folder.path());
        QVERIFY(parts->start());
        QCOMPARE(parts->project.notes().synopsis(1), QString());
        const SceneNotes& notes = parts->project.notes();
        const Outline& outline = parts->project.outline().outline();
        const auto sectionOf = [&](const char* words) {
            return outline.sectionAt(parts->document.text().indexOf(QLatin1String(words)));
        };
        QCOMPARE(notes.synopsis(sectionOf("BBB")), QStringLiteral("the second"));
        QCOMPARE(notes.text(sectionOf("DDD")), QStringLiteral("alone\n\nhere"));
        QVERIFY(notes.isCollapsed(sectionOf("AAA")));
    }

    void theLogIsInTheFile() {
        QTemporaryDir folder;
        auto parts = std::make_unique<AppParts>(folder.path());
        parts->preferences.markStarted();
        QVERIFY(parts->start());
        for (const QChar key : QStringLiteral("three own words"))
            parts->document.applyUserEdit(parts->document.size(), 0, key);
        QVERIFY(parts->write(parts->document.size(), 4));
        QVERIFY(parts->waitUntilSaved());
        parts.reset();
        parts = std::make_unique<AppParts>(folder.path());
        QVERIFY(parts->start());
        QCOMPARE(parts->project.log().today().typed, 3);
        QCOMPARE(parts->project.log().today().model, 4);
        QCOMPARE(parts->project.log().session().typed, 0);
    }
};

QTEST_GUILESS_MAIN(SceneNotesTest)
#include "scene_notes_test.moc"
