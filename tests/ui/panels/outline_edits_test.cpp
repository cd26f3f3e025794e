// What is done in the outline happens to the story: rows are moved, renamed, parted and joined, by keys and
// mouse, each as one undo step, and what hangs from the text goes along.
#include "app/notes/scene_notes.h"
#include "app/project/project_controller.h"
#include "tests/ui/support/outline_desk.h"
#include "ui/window/actions.h"
#include "ui/window/message_bar.h"

#include <QAction>
#include <QLineEdit>
#include <QRegularExpression>

using namespace ui;
using test::book;
using test::OutlineDesk;

class OutlineEditsTest : public QObject {
    Q_OBJECT

private slots:
    void draggingMovesTheTextAsOneStep() {
        OutlineDesk desk;
        const QString before = desk.text();
        desk.drop(QStringLiteral("Three"), QStringLiteral("Two"), 0.05);
        QCOMPARE(desk.text(),
                 QStringLiteral("# One\n\nAnna came.\n\n***\n\nBen left early.\n\n# Three\n\nDora woke "
                                "up.\n\n# Two\n\nClara slept."));
        QTRY_COMPARE(desk.drawn(),
                     QStringLiteral("One 5\n Anna came.… 2\n Ben left early.… 3\nThree 3!\nTwo 2\n"));
        QCOMPARE(desk.page(), desk.text());
        desk.parts.document.undo();
        QCOMPARE(desk.text(), before);
        QVERIFY(!desk.parts.document.canUndo());
        // A scene into another chapter.
        desk.tree().fillNow();
        desk.drop(QStringLiteral("Anna"), QStringLiteral("Two"), 0.5);
        QCOMPARE(desk.text(),
                 QStringLiteral("# One\n\nBen left early.\n\n# Two\n\nClara slept.\n\n***\n\nAnna came.\n\n"
                                "# Three\n\nDora woke up."));
        desk.parts.document.undo();
        QCOMPARE(desk.text(), before);
    }

    void keysMoveRows() {
        OutlineDesk desk;
        const auto move = [&](const QString& title, Qt::Key key) {
            desk.choose(title);
            QTest::keyClick(&desk.tree(), key, Qt::ControlModifier | Qt::ShiftModifier);
            desk.tree().fillNow();
        };
        move(QStringLiteral("Ben"), Qt::Key_Up);
        QTRY_COMPARE(desk.drawn(),
                     QStringLiteral("One 5\n Ben left early.… 3!\n Anna came.… 2\nTwo 2\nThree 3\n"));
        // The row stays chosen, so it can go on.
        QTRY_COMPARE(desk.tree().currentItem(), desk.item(QStringLiteral("Ben")));
        QTest::keyClick(&desk.tree(), Qt::Key_Down, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_COMPARE(desk.drawn(),
                     QStringLiteral("One 5\n Anna came.… 2\n Ben left early.… 3!\nTwo 2\nThree 3\n"));
        move(QStringLiteral("One"), Qt::Key_Down);
        QTRY_COMPARE(desk.drawn(),
                     QStringLiteral("Two 2\nOne 5!\n Anna came.… 2\n Ben left early.… 3\nThree 3\n"));
        move(QStringLiteral("Ben"), Qt::Key_Down);
        QTRY_COMPARE(desk.drawn(),
                     QStringLiteral("Two 2\nOne 2\nThree 6\n Ben left early.… 3!\n Dora woke up.… 3\n"));
    }

    void renames() {
        OutlineDesk desk;
        desk.choose(QStringLiteral("Two"));
        QTest::keyClick(&desk.tree(), Qt::Key_F2);
        desk.writeName(QStringLiteral("The ferry"));
        QTRY_VERIFY(desk.text().contains(QStringLiteral("\n# The ferry\n")));
        QTRY_VERIFY(desk.item(QStringLiteral("The ferry")) != nullptr);
        desk.parts.document.undo();
        QCOMPARE(desk.text(), book());
        // A scene has no heading: its name is the first line of its synopsis.
        desk.choose(QStringLiteral("Ben"));
        QTest::keyClick(&desk.tree(), Qt::Key_F2);
        desk.writeName(QStringLiteral("The quarrel"));
        QTRY_VERIFY(desk.item(QStringLiteral("The quarrel")) != nullptr);
        QCOMPARE(desk.text(), book());
        QCOMPARE(desk.parts.project.notes().synopsis(2), QStringLiteral("The quarrel"));
    }

    // The Story menu's Rename, wherever the cursor is and whatever is open.
    void renamesOnlyWhatHasATitle() {
        QTest::failOnWarning(QRegularExpression(QStringLiteral("^edit: editing failed")));
        OutlineDesk desk(QStringLiteral("The wind rose.\n\n") + book());
        desk.editor().placeCursor(0);
        desk.window->actions().renameScene->trigger();
        QVERIFY(desk.tree().findChild<QLineEdit*>() == nullptr);
        QVERIFY(desk.window->messages().message().contains(QStringLiteral("no title")));
        desk.editor().placeCursor(desk.text().indexOf(QStringLiteral("slept")));
        desk.window->actions().renameScene->trigger();
        desk.window->actions().renameScene->trigger();
        QTRY_COMPARE(desk.tree().findChildren<QLineEdit*>().size(), 1);
        desk.writeName(QStringLiteral("The ferry"));
        QTRY_VERIFY(desk.text().contains(QStringLiteral("\n# The ferry\n")));
    }

    void splitsMergesAndBeginsChapters() {
        OutlineDesk desk;
        desk.editor().placeCursor(desk.text().indexOf(QStringLiteral("slept")));
        QTest::keyClick(&desk.editor(), Qt::Key_B, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(desk.text().contains(QStringLiteral("Clara\n\n***\n\nslept.")));
        QCOMPARE(desk.editor().cursorPlace(), desk.text().indexOf(QStringLiteral("slept")));
        desk.window->actions().mergeScene->trigger();
        QVERIFY(desk.text().contains(QStringLiteral("Clara\n\nslept.")));
        desk.parts.document.undo();
        desk.parts.document.undo();
        QCOMPARE(desk.text(), book());
        desk.editor().placeCursor(desk.text().indexOf(QStringLiteral("Ben")));
        desk.window->actions().newChapter->trigger();
        desk.writeName(QStringLiteral("One and a half"));
        QTRY_VERIFY(desk.text().contains(QStringLiteral("# One and a half\n\nBen left")));
        // Where there is nothing to part, it says so.
        desk.editor().placeCursor(0);
        desk.window->actions().sceneBreak->trigger();
        QVERIFY(desk.window->messages().message().contains(QStringLiteral("before and behind the cursor")));
    }

    // What hangs from places in the text goes along with it.
    void attemptsFollowTheirScene() {
        OutlineDesk desk;
        desk.editor().placeCursor(desk.text().indexOf(QStringLiteral("left")) - 1);
        QVERIFY(desk.continueStory());
        const QString written = desk.parts.runs.run(1)->text;
        desk.drop(QStringLiteral("Ben"), QStringLiteral("Two"), 0.5);
        const qsizetype at = desk.text().indexOf(written);
        QVERIFY(at > desk.text().indexOf(QStringLiteral("Clara")));
        QVERIFY(desk.parts.writer.attemptAt(at + written.size()));
        desk.editor().placeCursor(at + written.size());
        QTest::keyClick(&desk.editor(), Qt::Key_R, Qt::ControlModifier);
        QVERIFY(desk.waitForIdle());
        QCOMPARE(desk.text().indexOf(desk.parts.runs.run(2)->text), at);
        desk.parts.document.undo();
        desk.parts.document.undo();
        QVERIFY(desk.text().indexOf(written) < desk.text().indexOf(QStringLiteral("Clara")));
    }
};

QTEST_MAIN(OutlineEditsTest)
#include "outline_edits_test.moc"
