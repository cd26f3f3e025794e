// "Get models" with the real window and a web server on this machine: four clicks to the first continuation,
// and a sentence for all that goes wrong.
#include "app/library/catalogue.h"
#include "app/library/library_folder.h"
#include "app/library/model_library.h"
#include "app/writing/story_writer.h"
#include "tests/app/support/flaky_server.h"
#include "tests/app/support/small_models.h"
#include "tests/ui/support/desk.h"
#include "ui/editor/story_editor.h"
#include "ui/library/library_dialog.h"
#include "ui/library/library_table.h"
#include "ui/library/library_words.h"
#include "ui/sidebar/sidebar_dock.h"
#include "ui/window/actions.h"
#include "ui/window/message_bar.h"

#include <QAbstractItemView>
#include <QComboBox>
#include <QCryptographicHash>
#include <QFile>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QRandomGenerator>
#include <QTest>
#include <QToolBar>
#include <QToolButton>
#include <QTreeView>

using namespace ui;

namespace {

constexpr int kPatienceMs = 30'000;
const QString kName = QStringLiteral("little.safetensors");
const QString kPath = QStringLiteral("/little.safetensors");

template <class Widget> Widget* part(const QWidget& parent, const char* name) {
    return parent.findChild<Widget*>(QLatin1String(name));
}

QString hashOf(const QByteArray& bytes) {
    return QString::fromLatin1(QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex());
}

} // namespace

class LibraryTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QTemporaryDir folder;
        QVERIFY(app::writeSmallModels(folder.path()));
        QFile file(app::smallBase(folder.path()).model);
        QVERIFY(file.open(QIODevice::ReadOnly));
        m_model = file.readAll();
        QVERIFY(m_model.size() > 100'000);
    }
    void init() {
        m_server = std::make_unique<test::FlakyServer>();
        m_desk = std::make_unique<test::Desk>(QStringLiteral("Once upon a time"));
        m_served = {};
        m_served.body = m_model;
        app::RemoteModel model;
        model.file = {kName, m_server->address(kPath), m_model.size(), hashOf(m_model)};
        model.architecture = QStringLiteral("rwkv6");
        model.languages = {QStringLiteral("zh")};
        model.goodFor = QStringLiteral("Novels about ferries.");
        m_catalogue.title = QStringLiteral("Ours");
        m_catalogue.models = {model};
        model.file.name = QStringLiteral("other.gguf");
        model.file.bytes = m_model.size() + 1'000'000;
        model.file.address = m_server->address(QStringLiteral("/other.gguf"));
        model.languages = {QStringLiteral("many")};
        model.goodFor = QStringLiteral("Everything.");
        m_catalogue.models.append(model);
        const QString path = m_desk->folder.filePath(QStringLiteral("ours.json"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(writeCatalogue(m_catalogue)) > 0);
        file.close();
        m_desk->parts.library.useCatalogueFile(path);
    }
    void cleanup() {
        m_desk.reset();
        m_server.reset();
    }

    // Clicks with the mouse, in what a writer sees. The download is interrupted ten times at random.
    void fourClicksToTheFirstContinuation() {
        QRandomGenerator random(19);
        for (int i = 0; i < 10; ++i)
            m_served.breaks.append(random.bounded(1, int(m_model.size() / 12)));
        m_server->serve(kPath, m_served);
        QTest::mouseClick(part<QPushButton>(m_desk->window->sidebar(), "getModels"), Qt::LeftButton);
        LibraryDialog& dialog = m_desk->window->library();
        QTRY_VERIFY(dialog.isVisible());
        auto* const list = part<QTreeView>(dialog, "libraryList");
        const QRect row = list->visualRect(list->model()->index(0, 0));
        QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, row.center());
        QTest::mouseClick(act(), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(m_desk->parts.writer.modelChoice().model, file(), kPatienceMs);
        QCOMPARE(m_server->interruptions(), 10);
        QFile came(file());
        QVERIFY(came.open(QIODevice::ReadOnly));
        QCOMPARE(hashOf(came.readAll()), hashOf(m_model));
        auto* const bar = m_desk->window->findChild<QToolBar*>();
        QTest::mouseClick(bar->widgetForAction(m_desk->window->actions().continueStory), Qt::LeftButton);
        QVERIFY(m_desk->waitForIdle());
        QVERIFY2(m_desk->page().size() > 20, qPrintable(m_desk->page()));
        QVERIFY(part<QComboBox>(m_desk->window->sidebar(), "model")
                    ->currentText()
                    .contains(QStringLiteral("little")));
    }

    void theWindowSaysWhatIsWrong_data() {
        QTest::addColumn<QString>("fault");
        QTest::addColumn<QString>("says");
        QTest::newRow("not there") << "404"
                                   << "There is no such file at 127.0.0.1";
        QTest::newRow("the server's trouble") << "500"
                                              << "has a problem of its own (500)";
        QTest::newRow("a web page") << "page"
                                    << "leads to a web page";
        QTest::newRow("silence") << "silence"
                                 << "Nothing came from 127.0.0.1";
        QTest::newRow("another length") << "length"
                                        << "it is another file by now";
        QTest::newRow("other bytes") << "bytes"
                                     << "kept aside as little.safetensors.wrong";
    }
    void theWindowSaysWhatIsWrong() {
        QFETCH(QString, fault);
        QFETCH(QString, says);
        const test::Served well = m_served;
        if (fault.toInt() > 0)
            m_served.status = fault.toInt();
        else if (fault == u"page")
            m_served.contentType = "text/html";
        else if (fault == u"silence")
            m_served.stallsAfter = 100, m_served.stalls = 100, m_served.knowsRange = false;
        else if (fault == u"length")
            m_served.body += 'x';
        else
            m_served.body[m_served.body.size() / 2] = char(m_served.body[m_served.body.size() / 2] ^ 1);
        m_server->serve(kPath, m_served);
        openAndGet();
        QTRY_COMPARE_WITH_TIMEOUT(act()->text().remove(u'&'), QStringLiteral("Try again"), kPatienceMs);
        QVERIFY2(status().contains(says), qPrintable(status()));
        // Nothing is offered as a model.
        QVERIFY(!QFile::exists(file()));
        QVERIFY(!m_desk->models.find(file()));
        QCOMPARE(m_desk->parts.writer.modelChoice().model, QStringLiteral("tales"));
        QCOMPARE(part<QComboBox>(m_desk->window->sidebar(), "model")->findData(file()), -1);
        m_server->serve(kPath, well);
        QTest::mouseClick(act(), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(m_desk->parts.writer.modelChoice().model, file(), kPatienceMs);
        QCOMPARE(act()->text().remove(u'&'), QStringLiteral("Write with it"));
        QTest::mouseClick(act(), Qt::LeftButton);
        QVERIFY(!m_desk->window->library().isVisible());
        QCOMPARE(m_desk->parts.writer.modelChoice().model, file());
    }

    void pausesGoesOnAndRemovesByKeys() {
        m_served.pieceBytes = 2'000;
        m_served.pieceMs = 3;
        m_server->serve(kPath, m_served);
        m_desk->window->actions().getModels->trigger();
        LibraryDialog& dialog = m_desk->window->library();
        auto* const list = part<QTreeView>(dialog, "libraryList");
        QTRY_VERIFY(list->hasFocus());
        QTest::keyClick(list, Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(status().contains(QStringLiteral("/s")), kPatienceMs);
        QTest::keyClick(list, Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(status().startsWith(QStringLiteral("Paused")), kPatienceMs);
        QTest::keyClick(list, Qt::Key_Delete);
        auto* const question = dialog.findChild<QMessageBox*>();
        QVERIFY(question && question->text().contains(kName));
        for (QAbstractButton* const button : question->buttons())
            if (question->buttonRole(button) == QMessageBox::AcceptRole)
                QTest::mouseClick(button, Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(act()->text().remove(u'&'), QStringLiteral("Download"), kPatienceMs);
        QVERIFY(!QFile::exists(app::folderOfModel(m_desk->parts.library.folder(), kName)));
        // Tab leads out of the list.
        list->setFocus();
        QTest::keyClick(list, Qt::Key_Tab);
        QVERIFY(!list->hasFocus());
        QTest::keyClick(&dialog, Qt::Key_Escape);
        QVERIFY(!dialog.isVisible());
    }

    void aModelInUseThatIsRemovedIsLetGo() {
        m_server->serve(kPath, m_served);
        openAndGet();
        QTRY_COMPARE_WITH_TIMEOUT(m_desk->parts.writer.modelChoice().model, file(), kPatienceMs);
        m_desk->parts.library.remove(kName);
        QTRY_VERIFY_WITH_TIMEOUT(!m_desk->models.find(file()), kPatienceMs);
        QVERIFY(!QFile::exists(file()));
    }

    void aFailureIsSaidWhereTheDialogIsClosed() {
        m_served.status = 404;
        m_server->serve(kPath, m_served);
        m_desk->parts.library.get(m_catalogue.models.first());
        QTRY_VERIFY_WITH_TIMEOUT(
            m_desk->window->messages().message().contains(QStringLiteral("There is no such file")),
            kPatienceMs);
    }

    void wordsFindModels() {
        openDialog();
        LibraryDialog& dialog = m_desk->window->library();
        auto* const list = part<QTreeView>(dialog, "libraryList");
        auto* const search = part<QLineEdit>(dialog, "librarySearch");
        const auto names = [&] {
            QStringList found;
            for (int row = 0; row < list->model()->rowCount(); ++row)
                found.append(list->model()->index(row, 0).data().toString());
            return found;
        };
        QCOMPARE(names(), (QStringList{kName, QStringLiteral("other.gguf")}));
        search->setText(QStringLiteral("chinese ferries"));
        QCOMPARE(names(), QStringList{kName});
        search->setText(QStringLiteral("other chinese"));
        QVERIFY(names().isEmpty());
        QVERIFY(!act()->isEnabled());
        QVERIFY(part<QLabel>(dialog, "libraryName")->text().contains(QStringLiteral("No model")));
        search->clear();
        QCOMPARE(names().size(), 2);
        QVERIFY(act()->isEnabled());
    }

    void aPastedAddressIsFetchedOrRefused() {
        openDialog();
        LibraryDialog& dialog = m_desk->window->library();
        const auto paste = [&](const QString& address) {
            QTest::mouseClick(part<QPushButton>(dialog, "libraryPaste"), Qt::LeftButton);
            auto* const input = dialog.findChild<QInputDialog*>();
            input->setTextValue(address);
            input->accept();
            QTRY_VERIFY(!dialog.findChild<QInputDialog*>());
        };
        paste(QStringLiteral("ftp://example.org/a.gguf"));
        QVERIFY(part<QLabel>(dialog, "libraryNote")->text().contains(QStringLiteral("https://")));
        m_server->serve(QStringLiteral("/mine.safetensors"), m_served);
        paste(m_server->address(QStringLiteral("/mine.safetensors")).toString());
        const QString mine =
            app::pathOfModel(m_desk->parts.library.folder(), QStringLiteral("mine.safetensors"));
        QTRY_COMPARE_WITH_TIMEOUT(m_desk->parts.writer.modelChoice().model, mine, kPatienceMs);
        // What is no model is not offered as one, though its length and hash were never known.
        test::Served nonsense;
        nonsense.body = QByteArray(5'000, 'n');
        m_server->serve(QStringLiteral("/nonsense.safetensors"), nonsense);
        paste(m_server->address(QStringLiteral("/nonsense.safetensors")).toString());
        QTRY_VERIFY_WITH_TIMEOUT(status().contains(QStringLiteral("no model that Inkgate can use")),
                                 kPatienceMs);
        QCOMPARE(m_desk->parts.writer.modelChoice().model, mine);
    }

    void entriesThatWereLeftOutAreSaid() {
        openDialog();
        QByteArray bytes = writeCatalogue(m_catalogue);
        bytes.replace("other.gguf\",\n            \"needs\"", "../up.gguf\",\n            \"needs\"");
        const QString path = m_desk->folder.filePath(QStringLiteral("bad.json"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) > 0);
        file.close();
        m_desk->parts.library.useCatalogueFile(path);
        const auto* const note = part<QLabel>(m_desk->window->library(), "libraryNote");
        QVERIFY2(note->text().contains(QStringLiteral("1 model left out")), qPrintable(note->text()));
        QVERIFY(note->text().contains(QStringLiteral("not the name of a file")));
    }

    void estimatesAreShownAsSoonAsTheMachineIsMeasured() {
        m_desk->parts.library.useBuiltInCatalogue();
        LibraryTable table(m_desk->parts.library);
        QCOMPARE(table.index(0, LibraryTable::Speed).data().toString(), QStringLiteral("measuring…"));
        m_desk->parts.library.open();
        m_desk->parts.library.useBuiltInCatalogue(); // open() has read ours
        QTRY_VERIFY_WITH_TIMEOUT(
            table.index(0, LibraryTable::Speed).data().toString().startsWith(QStringLiteral("about ")),
            kPatienceMs);
        QVERIFY(table.index(0, LibraryTable::Memory).data().toString().endsWith(QStringLiteral("fits")));
        QVERIFY(
            table.index(22, LibraryTable::Memory).data().toString().endsWith(QStringLiteral("too large")));
    }

    void wordsForSizesAndTimes() {
        QCOMPARE(sizeWords(-1), QString());
        QCOMPARE(sizeWords(382'223'725), QStringLiteral("382 MB"));
        QCOMPARE(sizeWords(15'271'627'101), QStringLiteral("15.3 GB"));
        QCOMPARE(timeLeftWords(-1), QString());
        QCOMPARE(timeLeftWords(0.4), QStringLiteral("1 second left"));
        QCOMPARE(timeLeftWords(61), QStringLiteral("2 minutes left"));
        QCOMPARE(timeLeftWords(7201), QStringLiteral("3 hours left"));
        QCOMPARE(languageWords({QStringLiteral("many")}), QStringLiteral("many"));
        QCOMPARE(languageWords({QStringLiteral("zh"), QStringLiteral("ja")}),
                 QStringLiteral("Chinese, Japanese"));
    }

private:
    void openDialog() {
        m_desk->window->actions().getModels->trigger();
        QTRY_VERIFY(m_desk->window->library().isVisible());
    }
    void openAndGet() {
        openDialog();
        QTest::mouseClick(act(), Qt::LeftButton); // the first is selected
    }
    [[nodiscard]] QPushButton* act() const {
        return part<QPushButton>(m_desk->window->library(), "libraryAct");
    }
    [[nodiscard]] QString status() const {
        return part<QLabel>(m_desk->window->library(), "libraryStatus")->text();
    }
    [[nodiscard]] QString file() const { return app::pathOfModel(m_desk->parts.library.folder(), kName); }

    QByteArray m_model;
    std::unique_ptr<test::FlakyServer> m_server;
    std::unique_ptr<test::Desk> m_desk;
    test::Served m_served;
    app::Catalogue m_catalogue;
};

QTEST_MAIN(LibraryTest)
#include "library_test.moc"
