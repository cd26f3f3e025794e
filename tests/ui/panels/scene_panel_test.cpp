// The notes of a scene: they belong to the scene that is shown, go along with it, and outlive it.
#include "app/notes/scene_notes.h"
#include "app/project/project_controller.h"
#include "tests/ui/support/outline_desk.h"
#include "ui/outline/scene_panel.h"

#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>

using namespace ui;
using test::OutlineDesk;

class ScenePanelTest : public QObject {
    Q_OBJECT

private slots:
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
};

QTEST_MAIN(ScenePanelTest)
#include "scene_panel_test.moc"
