// What the window says and asks about the project's file.
#include "app/storage/project_file.h"
#include "engine/trace/sqlite.h"
#include "tests/ui/support/desk.h"
#include "ui/editor/story_editor.h"
#include "ui/window/actions.h"
#include "ui/window/message_bar.h"

#include <QAction>
#include <QApplication>
#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

using namespace ui;
using app::ProjectController;

namespace {

// Gives the story a name; what is in it came through the editor, as everything that is saved does.
QString saveNamed(test::Desk& desk) {
    QTest::keyClicks(&desk.window->editor(), QStringLiteral("A tale. "));
    const QString path = desk.folder.filePath(QStringLiteral("tale.inkgate"));
    QSignalSpy saved(&desk.parts.project, &ProjectController::savedAs);
    desk.parts.project.saveAs(path);
    return saved.wait() ? path : QString();
}

void type(test::Desk& desk, const QString& text) { QTest::keyClicks(&desk.window->editor(), text); }

void blockRecovery(const test::Desk& desk) {
    QDir().mkpath(desk.folder.filePath(QStringLiteral("data")));
    QFile inTheWay(desk.folder.filePath(QStringLiteral("data/recovered")));
    QVERIFY(inTheWay.open(QIODevice::WriteOnly)); // a file where the folder should be
}

template <class Button> Button* button(QWidget& parent, const QString& text) {
    for (auto* const found : parent.findChildren<Button*>())
        if (found->isVisible() && found->text().remove(u'&') == text)
            return found;
    return nullptr;
}

} // namespace

class SavingTest : public QObject {
    Q_OBJECT

private slots:
    // No need to erase "Untitled" first.
    void aNameTypedIntoTheDialogIsTheName() {
        test::Desk desk;
        desk.window->actions().saveAs->trigger();
        auto* const dialog = desk.window->findChild<QFileDialog*>();
        QVERIFY(dialog != nullptr);
        QVERIFY(QTest::qWaitForWindowExposed(dialog));
        auto* const name = dialog->findChild<QLineEdit*>(QStringLiteral("fileNameEdit"));
        QVERIFY(name != nullptr);
        QCOMPARE(name->text(), QStringLiteral("Untitled"));
        QCOMPARE(name->selectedText(), name->text());
        QTest::keyClicks(name, desk.folder.filePath(QStringLiteral("tale")));
        QSignalSpy saved(&desk.parts.project, &ProjectController::savedAs);
        QTest::keyClick(name, Qt::Key_Return);
        QVERIFY(saved.wait());
        QCOMPARE(desk.parts.project.path(), desk.folder.filePath(QStringLiteral("tale.inkgate")));
    }

    void aMovedFileIsSaidAndFollowed() {
        test::Desk desk;
        const QString path = saveNamed(desk);
        const QString moved = desk.folder.filePath(QStringLiteral("moved.inkgate"));
        QVERIFY(QFile::rename(path, moved));
        type(desk, QStringLiteral("x"));
        MessageBar& messages = desk.window->messages();
        QTRY_VERIFY2(messages.message().contains(moved), qPrintable(messages.message()));
        QTest::keyClick(&desk.window->editor(), Qt::Key_Escape); // it is still so
        QVERIFY(messages.message().contains(moved));
        QVERIFY(button<QPushButton>(messages, QStringLiteral("Save as…")) != nullptr);
        auto* const follow = button<QPushButton>(messages, QStringLiteral("Follow the file"));
        QVERIFY(follow != nullptr);
        QTest::mouseClick(follow, Qt::LeftButton);
        QVERIFY(messages.isHidden());
        QVERIFY(desk.window->windowTitle().startsWith(QStringLiteral("moved")));
    }

    void aDeletedFileIsSaidUntilTheStoryHasAName() {
        test::Desk desk;
        QVERIFY(QFile::remove(saveNamed(desk)));
        desk.window->actions().save->trigger();
        MessageBar& messages = desk.window->messages();
        QTRY_VERIFY2(messages.message().contains(QStringLiteral("deleted")), qPrintable(messages.message()));
        QVERIFY(messages.message().contains(QStringLiteral("recovered")));
        QVERIFY(!saveNamed(desk).isEmpty());
        QVERIFY(messages.isHidden());
    }

    void readOnlyIsSaidAsLongAsItIsSo() {
        test::Desk desk;
        const QString path = saveNamed(desk);
        desk.parts.project.newProject();
        QTRY_VERIFY(desk.parts.project.isUntitled() && !desk.parts.project.isBusy());
        {
            auto database = engine::Database::open(path.toStdString(), engine::Database::Mode::ReadWrite);
            QVERIFY(database->execute("UPDATE schema_version SET version = 999 WHERE component = 'project'"));
        }
        desk.parts.project.open(path);
        QTRY_VERIFY(desk.parts.project.isReadOnly());
        MessageBar& messages = desk.window->messages();
        QVERIFY(messages.message().contains(QStringLiteral("newer Inkgate")));
        type(desk, QStringLiteral("Some words. "));
        QTest::keyClick(&desk.window->editor(), Qt::Key_Escape);
        QTRY_VERIFY2(messages.message().contains(QStringLiteral("kept in")), qPrintable(messages.message()));
        QVERIFY(messages.message().contains(QStringLiteral("newer Inkgate")));
        // A hint comes and goes over it.
        messages.show(MessageBar::Kind::Hint, QStringLiteral("Look."));
        QCOMPARE(messages.message(), QStringLiteral("Look."));
        QTest::keyClick(&desk.window->editor(), Qt::Key_Escape);
        QVERIFY(messages.message().contains(QStringLiteral("newer Inkgate")));
        QSignalSpy saved(&desk.parts.project, &ProjectController::savedAs);
        desk.parts.project.saveAs(desk.folder.filePath(QStringLiteral("copy")));
        QVERIFY(saved.wait());
        QVERIFY2(messages.isHidden(), qPrintable(messages.message()));
    }

    void aRecoveredStoryIsOffered() {
        test::Desk desk;
        const QString folder = desk.folder.filePath(QStringLiteral("data/recovered"));
        QDir().mkpath(folder);
        const QString path = folder + QStringLiteral("/Lost (recovered 2026-01-01 10.00.00).inkgate");
        {
            QVERIFY(app::ProjectFile::create(
                path, app::SpannedText(QStringLiteral("Lost words."), app::Origin::Typed)));
        }
        desk.parts.project.start(QString());
        MessageBar& messages = desk.window->messages();
        QTRY_VERIFY2(messages.message().contains(QStringLiteral("Lost (recovered")),
                     qPrintable(messages.message()));
        QVERIFY(button<QPushButton>(messages, QStringLiteral("Throw it away")) != nullptr);
        QTest::mouseClick(button<QPushButton>(messages, QStringLiteral("Open the copy")), Qt::LeftButton);
        QTRY_COMPARE(desk.page(), QStringLiteral("Lost words."));
        QVERIFY(messages.message().contains(QStringLiteral("recovered")));
        QVERIFY(!saveNamed(desk).isEmpty());
        QVERIFY(messages.isHidden());
        QVERIFY(!QFile::exists(path)); // it has a place of its own
    }

    void closingWaitsUntilAllIsSaved() {
        test::Desk desk;
        const QString path = saveNamed(desk);
        type(desk, QStringLiteral("Last words. "));
        desk.window->close();
        QTRY_VERIFY(!desk.window->isVisible());
        QVERIFY(QApplication::activeModalWidget() == nullptr);
        desk.parts.project.shutdown();
        const auto file = app::ProjectFile::open(path);
        QVERIFY2(file, qPrintable(file ? QString() : file.error().details));
        QVERIFY((*file)->text().text().contains(QStringLiteral("Last words.")));
    }

    void closingAsksOnlyWhereNoDiskTakesTheText() {
        test::Desk desk;
        QVERIFY(QFile::remove(saveNamed(desk)));
        blockRecovery(desk);
        type(desk, QStringLiteral("Last words. "));
        const auto question = [] { return qobject_cast<QMessageBox*>(QApplication::activeModalWidget()); };
        desk.window->close();
        QTRY_VERIFY(question() != nullptr);
        QVERIFY(desk.window->isVisible());
        QTest::keyClick(question(), Qt::Key_Escape);
        QTRY_VERIFY(question() == nullptr);
        QVERIFY(desk.window->isVisible()); // and it can be asked again
        desk.window->close();
        QTRY_VERIFY(question() != nullptr);
        QTest::mouseClick(button<QPushButton>(*question(), QStringLiteral("Quit and lose them")),
                          Qt::LeftButton);
        QTRY_VERIFY(!desk.window->isVisible());
    }
};

QTEST_MAIN(SavingTest)
#include "saving_test.moc"
