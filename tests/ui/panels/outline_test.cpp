// The outline of the story: what its rows show, and the ways from them into the text, by keys and mouse.
#include "app/notes/scene_notes.h"
#include "app/project/project_controller.h"
#include "app/structure/story_outline.h"
#include "tests/ui/support/outline_desk.h"
#include "ui/outline/jump_list.h"
#include "ui/outline/outline_commands.h"
#include "ui/outline/scene_panel.h"

#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QSignalSpy>

using namespace ui;
using test::OutlineDesk;

namespace {

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
