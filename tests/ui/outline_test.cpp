// The outline of the story: rows, moving, renaming, jumping, and the notes of scenes, by keys and mouse.
#include "app/notes/scene_notes.h"
#include "app/project/project_controller.h"
#include "app/structure/story_outline.h"
#include "tests/ui/support/desk.h"
#include "ui/editor/story_editor.h"
#include "ui/outline/jump_list.h"
#include "ui/outline/outline_commands.h"
#include "ui/outline/outline_dock.h"
#include "ui/outline/outline_row_view.h"
#include "ui/outline/outline_tree.h"
#include "ui/outline/scene_panel.h"
#include "ui/window/actions.h"
#include "ui/window/message_bar.h"

#include <QAction>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTest>

using namespace ui;

namespace {

QString book() {
    return QStringLiteral(
        "# One\n\nAnna came.\n\n***\n\nBen left early.\n\n# Two\n\nClara slept.\n\n# Three\n\nDora "
        "woke up.");
}

struct OutlineDesk : test::Desk {
    explicit OutlineDesk(const QString& text = book())
        : Desk(text) {
        window->actions().showOutline->trigger();
        tree().fillNow();
    }
    OutlineDock& dock() { return window->outline(); }
    OutlineTree& tree() { return dock().tree(); }
    StoryEditor& editor() { return window->editor(); }
    QString text() { return parts.document.text(); }
    // A row a line: level by blanks, title, words; ! is at the cursor.
    QString drawn(const QTreeWidgetItem* item = nullptr, const QString& indent = {}) {
        if (item == nullptr)
            item = tree().invisibleRootItem();
        QString lines;
        for (int i = 0; i < item->childCount(); ++i) {
            const QTreeWidgetItem* const child = item->child(i);
            lines += indent + child->data(0, ShownRole).toString() + u' ' +
                     child->data(0, CountRole).toString() +
                     (child->data(0, CursorRole).toBool() ? QStringLiteral("!") : QString()) + u'\n' +
                     drawn(child, indent + u' ');
        }
        return lines;
    }
    QTreeWidgetItem* item(const QString& title) {
        for (QTreeWidgetItemIterator it(&tree()); *it; ++it)
            if ((*it)->data(0, ShownRole).toString().startsWith(title))
                return *it;
        return nullptr;
    }
    void choose(const QString& title) {
        tree().fillNow();
        tree().setFocus();
        tree().setCurrentItem(item(title));
    }
    // The mouse lets go of a row: at the upper edge of another one, in its middle, at its lower edge.
    void drop(const QString& title, const QString& target, double height) {
        choose(title);
        const QRect rect = tree().visualItemRect(item(target));
        const QPoint point(rect.center().x(), rect.top() + qRound((rect.height() - 1) * height));
        tree().dropRow(tree().rowOf(tree().currentItem()), point);
        tree().fillNow();
    }
    void writeName(const QString& name) {
        auto* const line = tree().findChild<QLineEdit*>();
        QVERIFY(line != nullptr);
        line->selectAll();
        QTest::keyClicks(line, name);
        QTest::keyClick(line, Qt::Key_Return);
        QTRY_VERIFY(tree().findChild<QLineEdit*>() == nullptr);
    }
};

const QString kAtRest = QStringLiteral("One 5\n Anna came.… 2\n Ben left early.… 3\nTwo 2\nThree 3!\n");

} // namespace

class OutlineTest : public QObject {
    Q_OBJECT

private slots:
    void isClosedUntilAskedForAndSaysWhatItIsFor() {
        test::Desk desk(QStringLiteral("No chapters"));
        OutlineDock& dock = desk.window->outline();
        QVERIFY(dock.isHidden());
        QTest::keyClick(&desk.window->editor(), Qt::Key_O, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(dock.isVisible());
        const auto* const empty = dock.findChild<QLabel*>(QStringLiteral("outlineEmpty"));
        QVERIFY(empty->isVisible() && empty->text().contains(QStringLiteral("Chapter 1")));
        desk.parts.document.applyUserEdit(0, 0, QStringLiteral("# One\n\n"));
        QTRY_VERIFY(!empty->isVisible() && dock.tree().isVisible());
    }

    void showsChaptersScenesWordsAndTheCursor() {
        OutlineDesk desk;
        QCOMPARE(desk.drawn(), kAtRest);
        desk.editor().placeCursor(desk.text().indexOf(QStringLiteral("left")));
        QTest::keyClicks(&desk.editor(), QStringLiteral("really "));
        QTRY_COMPARE(desk.drawn(),
                     QStringLiteral("One 6\n Anna came.… 2\n Ben really left early.… 4!\nTwo 2\nThree 3\n"));
        // In a chapter that is folded, the chapter has the mark.
        desk.item(QStringLiteral("One"))->setExpanded(false);
        QTRY_VERIFY(desk.item(QStringLiteral("One"))->data(0, CursorRole).toBool());
    }

    void keysDoNotFillItOneByOne() {
        OutlineDesk desk;
        QSignalSpy filled(&desk.tree(), &OutlineTree::filled);
        QTest::keyClicks(&desk.editor(), QStringLiteral("many keys in a row"));
        QVERIFY(filled.size() <= 2);
        desk.dock().hide();
        filled.clear();
        QTest::keyClicks(&desk.editor(), QStringLiteral("and more"));
        QTest::qWait(300);
        QCOMPARE(filled.size(), 0);
    }

    // In a novel of 130,000 words, with the outline open and focus on the sentence, a key reads its own line.
    void aKeyInANovelReadsItsLine() {
        QString novel;
        for (int chapter = 1; chapter <= 65; ++chapter) {
            novel += QStringLiteral("# Chapter %1\n\n").arg(chapter);
            for (int paragraph = 0; paragraph < 40; ++paragraph)
                novel += QStringLiteral("It was a quiet evening. Nobody came over the river. ").repeated(5) +
                         (paragraph == 20 ? QStringLiteral("\n\n***\n\n") : QStringLiteral("\n\n"));
        }
        OutlineDesk desk(novel);
        const auto typeMs = [&] {
            QElapsedTimer timer;
            timer.start();
            for (int key = 0; key < 40; ++key)
                QTest::keyClick(&desk.editor(), Qt::Key_A);
            return static_cast<double>(timer.nsecsElapsed()) / 1e6 / 40;
        };
        desk.editor().setFocus();
        desk.editor().placeCursor(novel.size() / 2 - 7);
        desk.window->actions().pageFocus[2]->trigger();
        const app::Outline& outline = desk.parts.project.outline().outline();
        const qint64 lines = outline.linesRead(), units = outline.unitsCounted();
        const double open = typeMs();
        QCOMPARE(outline.linesRead(), lines + 40);
        QCOMPARE(outline.unitsCounted(), units);
        desk.dock().hide();
        desk.window->actions().pageFocus[0]->trigger();
        qInfo("%.2f ms per key with outline and focus, %.2f without", open, typeMs());
        // Moving a chapter from the end to the beginning.
        desk.dock().show();
        desk.tree().fillNow();
        QElapsedTimer timer;
        timer.start();
        QVERIFY(
            desk.dock().commands().moveTo(desk.tree().rows().size() - 3, 0, app::RowPlace::Before, false));
        desk.tree().fillNow();
        qInfo("%lld ms to move a chapter through the novel", static_cast<long long>(timer.elapsed()));
        QVERIFY(desk.text().startsWith(QStringLiteral("# Chapter 65")));
    }

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

    void aClickAndEnterGoThere() {
        OutlineDesk desk;
        const QRect rect = desk.tree().visualItemRect(desk.item(QStringLiteral("Two")));
        QTest::mouseClick(desk.tree().viewport(), Qt::LeftButton, {}, rect.center());
        QCOMPARE(desk.editor().cursorPlace(), desk.text().indexOf(QStringLiteral("# Two")));
        desk.choose(QStringLiteral("Ben"));
        QTest::keyClick(&desk.tree(), Qt::Key_Return);
        QCOMPARE(desk.editor().cursorPlace(), desk.text().indexOf(QStringLiteral("Ben")));
        QVERIFY(desk.editor().hasFocus());
    }

    void jumpsByTyping() {
        OutlineDesk desk;
        desk.parts.project.notes().setSynopsis(2, QStringLiteral("The quarrel"));
        QTest::keyClick(&desk.editor(), Qt::Key_J, Qt::ControlModifier);
        auto* list = desk.window->findChild<JumpList*>();
        QVERIFY(list != nullptr && list->isVisible());
        QCOMPARE(list->list().count(), 5);
        QVERIFY(
            list->list().currentItem()->text().startsWith(QStringLiteral("Three"))); // the cursor is there
        QTest::keyClicks(&list->filter(), QStringLiteral("QUAR the"));
        QCOMPARE(list->list().count(), 1);
        QTest::keyClick(&list->filter(), Qt::Key_Return);
        QCOMPARE(desk.editor().cursorPlace(), desk.text().indexOf(QStringLiteral("Ben")));
        QTRY_VERIFY(desk.window->findChild<JumpList*>() == nullptr);
        QApplication::setActiveWindow(desk.window.get());
        QTest::keyClick(&desk.editor(), Qt::Key_J, Qt::ControlModifier);
        list = desk.window->findChild<JumpList*>();
        QTest::keyClick(&list->filter(), Qt::Key_Down);
        QTest::keyClick(&list->filter(), Qt::Key_Return);
        QCOMPARE(desk.editor().cursorPlace(), desk.text().indexOf(QStringLiteral("# Two")));
    }

    void foldedChaptersStayFolded() {
        QTemporaryDir folder;
        OutlineDesk desk;
        desk.item(QStringLiteral("One"))->setExpanded(false);
        QVERIFY(desk.parts.project.notes().isCollapsed(1));
        desk.parts.document.applyUserEdit(0, 0, QStringLiteral("# Zero\n\n"));
        QTRY_VERIFY(desk.item(QStringLiteral("Zero")) != nullptr);
        QVERIFY(!desk.item(QStringLiteral("One"))->isExpanded());
        desk.item(QStringLiteral("One"))->setExpanded(true);
        QVERIFY(desk.parts.project.notes().all().isEmpty()); // nothing is left of it
    }

    void notesBelongToTheSceneThatIsShown() {
        OutlineDesk desk;
        ScenePanel& scene = desk.dock().scene();
        desk.editor().setFocus();
        desk.editor().placeCursor(desk.text().indexOf(QStringLiteral("Ben")));
        QTest::keyClicks(&scene.synopsis(), QStringLiteral("He goes"));
        QTest::keyClicks(&scene.text(), QStringLiteral("Why?"));
        QCOMPARE(desk.parts.project.notes().synopsis(2), QStringLiteral("He goes"));
        QTRY_VERIFY(desk.item(QStringLiteral("He goes")) != nullptr);
        desk.editor().placeCursor(0);
        QCOMPARE(scene.synopsis().toPlainText(), QString());
        desk.choose(QStringLiteral("He goes"));
        QCOMPARE(scene.text().toPlainText(), QStringLiteral("Why?"));
        // It moves with its scene.
        desk.drop(QStringLiteral("He goes"), QStringLiteral("Three"), 0.5);
        QTRY_COMPARE(desk.drawn(), QStringLiteral("One 2\nTwo 2\nThree 6\n Dora woke up.… 3\n He goes 3!\n"));
        QCOMPARE(scene.text().toPlainText(), QStringLiteral("Why?"));
    }

    void notesWithoutASceneAreKept() {
        OutlineDesk desk;
        ScenePanel& scene = desk.dock().scene();
        auto* const attach = scene.findChild<QPushButton*>(QStringLiteral("attachNote"));
        QVERIFY(!scene.lost().isVisible());
        desk.parts.project.notes().setText(3, QStringLiteral("About Clara"));
        const qsizetype from = desk.text().indexOf(QStringLiteral("# Two"));
        desk.parts.document.applyUserEdit(from, desk.text().indexOf(QStringLiteral("# Three")) - from,
                                          QString());
        QVERIFY(scene.lost().isVisible());
        QCOMPARE(scene.lost().count(), 1);
        desk.parts.document.undo();
        QVERIFY(!scene.lost().isVisible());
        QCOMPARE(desk.parts.project.notes().text(3), QStringLiteral("About Clara"));
        desk.parts.document.redo();
        desk.editor().setFocus();
        desk.editor().placeCursor(desk.text().indexOf(QStringLiteral("Dora")));
        QTest::mouseClick(attach, Qt::LeftButton);
        QVERIFY(!scene.lost().isVisible());
        QCOMPARE(scene.text().toPlainText(), QStringLiteral("About Clara"));
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

    void tabLeadsOut() {
        OutlineDesk desk;
        desk.choose(QStringLiteral("One"));
        QTest::keyClick(&desk.tree(), Qt::Key_Tab);
        QVERIFY(!desk.tree().hasFocus());
        desk.dock().scene().text().setFocus();
        QTest::keyClick(&desk.dock().scene().text(), Qt::Key_Tab);
        QVERIFY(!desk.dock().scene().text().hasFocus());
    }
};

QTEST_MAIN(OutlineTest)
#include "outline_test.moc"
