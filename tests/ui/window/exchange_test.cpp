// Importing and exporting, with the window's own menus and dialogs.
#include "app/document/document.h"
#include "app/project/project_controller.h"
#include "tests/ui/support/desk.h"
#include "ui/editor/story_editor.h"
#include "ui/exchange/details_dialog.h"
#include "ui/exchange/story_export.h"
#include "ui/window/actions.h"
#include "ui/window/message_bar.h"

#include <QAction>
#include <QFile>
#include <QFileDialog>
#include <QLineEdit>
#include <QProgressDialog>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

using namespace ui;
using app::ProjectController;

namespace {

const QString kStory = QStringLiteral("# One\n\nIt *was* late.\n\n* * *\n\nThe end.");

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QFileDialog* openExport(test::Desk& desk) {
    desk.window->actions().exportText->trigger();
    return desk.window->findChild<QFileDialog*>();
}

QLineEdit* nameOf(QFileDialog& dialog) {
    return dialog.findChild<QLineEdit*>(QStringLiteral("fileNameEdit"));
}

// Types the name and says yes to the questions that follow.
bool exportTo(test::Desk& desk, const QString& path, const QString& author = {}) {
    QSignalSpy exported(&desk.parts.project, &ProjectController::exported);
    QFileDialog* const dialog = openExport(desk);
    if (dialog == nullptr || !QTest::qWaitForWindowExposed(dialog))
        return false;
    QTest::keyClicks(nameOf(*dialog), path);
    QTest::keyClick(nameOf(*dialog), Qt::Key_Return);
    if (auto* const details = desk.window->findChild<DetailsDialog*>()) {
        if (!author.isEmpty())
            details->findChild<QLineEdit*>(QStringLiteral("author"))->setText(author);
        details->accept();
    }
    return exported.wait(30'000);
}

} // namespace

class ExchangeTest : public QObject {
    Q_OBJECT

private slots:
    void aStoryGoesOutAndComesBack_data() {
        QTest::addColumn<QString>("ending");
        for (const char* ending : {"txt", "md", "docx", "odt", "epub", "html"})
            QTest::newRow(ending) << QString::fromLatin1(ending);
    }
    void aStoryGoesOutAndComesBack() {
        QFETCH(QString, ending);
        test::Desk desk(kStory);
        const QString path = desk.folder.filePath(QStringLiteral("My tale.") + ending);
        QVERIFY(exportTo(desk, path, QStringLiteral("A. Writer")));
        QSignalSpy opened(&desk.parts.project, &ProjectController::opened);
        desk.parts.project.importText(path);
        QVERIFY(opened.wait());
        QCOMPARE(desk.parts.document.text(), kStory);
        QCOMPARE(desk.parts.project.title(), QStringLiteral("My tale"));
        QVERIFY(desk.parts.project.isUntitled());
        const bool hasDetails = ending != u"txt" && ending != u"md";
        QCOMPARE(desk.parts.project.importedDetails().author,
                 hasDetails ? QStringLiteral("A. Writer") : QString());
    }

    void aPdfIsWhole() {
        test::Desk desk(kStory + QStringLiteral("\n\nA long line that is set. ").repeated(2000));
        const QString path = desk.folder.filePath(QStringLiteral("tale.pdf"));
        QVERIFY(exportTo(desk, path));
        const QByteArray pdf = contentOf(path);
        QVERIFY(pdf.startsWith("%PDF-") && pdf.trimmed().endsWith("%%EOF"));
        QVERIFY(pdf.count("/Type /Page\n") > 10);
    }

    // What was stopped leaves the older file as it was, and says so.
    void anExportCanBeStopped_data() {
        QTest::addColumn<QString>("ending");
        for (const char* ending : {"docx", "odt", "epub", "html", "pdf"})
            QTest::newRow(ending) << QString::fromLatin1(ending);
    }
    void anExportCanBeStopped() {
        QFETCH(QString, ending);
        QString text;
        for (int i = 0; i < 3000; ++i)
            text += QStringLiteral("Paragraph %1 of a long story, with *words* enough to be worth it.\n\n")
                        .arg(i);
        test::Desk desk(text);
        const QString path = desk.folder.filePath(QStringLiteral("tale.") + ending);
        QFile old(path);
        QVERIFY(old.open(QIODevice::WriteOnly) && old.write("old") == 3);
        old.close();
        StoryExport exporter(desk.context, *desk.window);
        QSignalSpy stopped(&exporter, &StoryExport::stopped);
        QSignalSpy exported(&desk.parts.project, &ProjectController::exported);
        exporter.send(path, *app::formatOfFile(path), {});
        auto* const progress = desk.window->findChild<QProgressDialog*>(QStringLiteral("exportProgress"));
        QVERIFY(progress != nullptr);
        progress->findChild<QPushButton*>()->click();
        QTRY_COMPARE(stopped.size(), 1);
        QVERIFY(desk.parts.waitUntilSaved()); // the storage thread has done all that it was asked for
        QCOMPARE(exported.size(), 0);
        QCOMPARE(contentOf(path), QByteArray("old"));
        QTRY_VERIFY(desk.window->findChild<QProgressDialog*>(QStringLiteral("exportProgress")) == nullptr);
    }

    void theDialogProposesTheTitleSelected() {
        test::Desk desk(QStringLiteral("# Mr. Smith / went: out\n\nText."));
        QFileDialog* const dialog = openExport(desk);
        QVERIFY(dialog != nullptr);
        QCOMPARE(nameOf(*dialog)->text(), QStringLiteral("Mr Smith went out"));
        QCOMPARE(nameOf(*dialog)->selectedText(), nameOf(*dialog)->text());
    }

    void theFilterChoosesTheFormatOfANameWithoutEnding() {
        test::Desk desk(kStory);
        QSignalSpy exported(&desk.parts.project, &ProjectController::exported);
        QFileDialog* const dialog = openExport(desk);
        QVERIFY(dialog != nullptr && QTest::qWaitForWindowExposed(dialog));
        const QStringList filters = dialog->nameFilters();
        const QString word = filters.filter(QStringLiteral("*.docx")).value(0);
        dialog->selectNameFilter(word);
        emit dialog->filterSelected(word); // as when it is chosen by hand
        QTest::keyClicks(nameOf(*dialog), desk.folder.filePath(QStringLiteral("v1.2 tale")));
        QTest::keyClick(nameOf(*dialog), Qt::Key_Return);
        auto* const details = desk.window->findChild<DetailsDialog*>();
        QVERIFY(details != nullptr);
        QCOMPARE(details->details().title, QStringLiteral("One"));
        details->accept();
        QVERIFY(exported.wait());
        QVERIFY(contentOf(desk.folder.filePath(QStringLiteral("v1.2 tale.docx"))).startsWith("PK"));
    }

    void authorAndTitleAreRemembered() {
        test::Desk desk(kStory);
        QVERIFY(exportTo(desk, desk.folder.filePath(QStringLiteral("a.odt")), QStringLiteral("Jane Doe")));
        QTRY_VERIFY(desk.window->findChild<DetailsDialog*>() == nullptr);
        QTRY_VERIFY(desk.window->findChild<QFileDialog*>() == nullptr);
        QFileDialog* const dialog = openExport(desk);
        QVERIFY(dialog != nullptr && QTest::qWaitForWindowExposed(dialog));
        QTest::keyClicks(nameOf(*dialog), desk.folder.filePath(QStringLiteral("b.epub")));
        QTest::keyClick(nameOf(*dialog), Qt::Key_Return);
        auto* const details = desk.window->findChild<DetailsDialog*>();
        QVERIFY(details != nullptr);
        QCOMPARE(details->details().author, QStringLiteral("Jane Doe"));
        details->reject();
    }

    // That the old file stays whole is in storage_failure_test.
    void whatCannotBeWrittenIsSaid() {
        test::Desk desk(kStory);
        const QString path = desk.folder.filePath(QStringLiteral("no/folder/tale.docx"));
        QSignalSpy failed(&desk.parts.project, &ProjectController::exportFailed);
        desk.parts.project.exportStory(path, app::StoryFormat::Docx, {});
        QVERIFY(failed.wait());
        QTRY_VERIFY2(desk.window->messages().message().contains(QStringLiteral("tale.docx")),
                     qPrintable(desk.window->messages().message()));
    }

    void anUntitledStoryIsCalledByItsFirstWords() {
        test::Desk desk;
        QVERIFY(desk.window->windowTitle().startsWith(QStringLiteral("Untitled")));
        QTest::keyClicks(&desk.window->editor(), QStringLiteral("The last coach"));
        QVERIFY2(desk.window->windowTitle().startsWith(QStringLiteral("The last coach")),
                 qPrintable(desk.window->windowTitle()));
    }

    void aFileThatIsNoStoryIsRefusedInASentence() {
        test::Desk desk(kStory);
        const QString path = desk.folder.filePath(QStringLiteral("old.docx"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") + QByteArray(100, '\0'));
        file.close();
        QSignalSpy failed(&desk.parts.project, &ProjectController::openFailed);
        desk.parts.project.importText(path);
        QVERIFY(failed.wait());
        QVERIFY(failed[0][1].toString().contains(QStringLiteral(".doc")));
        QCOMPARE(desk.parts.document.text(), kStory);
    }
};

QTEST_MAIN(ExchangeTest)
#include "exchange_test.moc"
