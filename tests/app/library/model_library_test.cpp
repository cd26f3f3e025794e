// The library as the window has it: downloads in a thread of their own, two at once, that outlive the
// program; catalogues from files and addresses.
#include "app/library/model_library.h"

#include "app/library/download/download_record.h"
#include "app/library/library_folder.h"
#include "tests/app/support/flaky_server.h"

#include <QCryptographicHash>
#include <QDeadlineTimer>
#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>

#include <atomic>
#include <memory>
#include <stop_token>

using namespace app;

namespace {

constexpr int kPatienceMs = 30'000;

QString nameOf(int number) { return QStringLiteral("tale%1.gguf").arg(number); }
QString pathOf(int number) { return QStringLiteral("/tale%1.gguf").arg(number); }

FetchSettings quick() {
    FetchSettings settings;
    settings.firstWaitMs = 5;
    settings.mostTries = 1;
    settings.spareBytes = 0;
    settings.checkModel = [](const QString&) { return QString(); };
    return settings;
}

} // namespace

class ModelLibraryTest : public QObject {
    Q_OBJECT

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_server = std::make_unique<test::FlakyServer>();
        m_served = {};
        m_served.body = QByteArray(200'000, 'x');
        makeLibrary();
    }
    void cleanup() {
        m_library.reset();
        m_server.reset();
    }

    void aModelThatComesIsReadyOnce() {
        QSignalSpy ready(m_library.get(), &ModelLibrary::ready);
        m_server->serve(pathOf(1), m_served);
        m_library->get(model(1));
        QCOMPARE(m_library->status(nameOf(1))->state, DownloadState::Waiting); // at once
        QVERIFY(ready.wait(kPatienceMs));
        QCOMPARE(ready.first().first().toString(), pathOfModel(library(), nameOf(1)));
        QCOMPARE(m_library->status(nameOf(1))->state, DownloadState::Complete);
        // The next start knows it, and does not say that it has just come.
        makeLibrary();
        QSignalSpy again(m_library.get(), &ModelLibrary::ready);
        m_library->open();
        QTRY_VERIFY_WITH_TIMEOUT(m_library->status(nameOf(1)), kPatienceMs);
        QCOMPARE(m_library->status(nameOf(1))->state, DownloadState::Complete);
        QCOMPARE(again.size(), 0);
    }

    void twoComeAtOnceAndTheOthersWait() {
        m_served.pieceBytes = 1'000;
        m_served.pieceMs = 2;
        for (int i = 1; i <= 4; ++i) {
            m_server->serve(pathOf(i), m_served);
            m_library->get(model(i));
        }
        QTRY_VERIFY_WITH_TIMEOUT(m_library->status(nameOf(2))->have > 0, kPatienceMs);
        QVERIFY(m_library->status(nameOf(1))->isActive());
        QCOMPARE(m_library->status(nameOf(3))->state, DownloadState::Waiting);
        QVERIFY(m_server->requests(pathOf(3)).isEmpty());
        m_library->pause(nameOf(1)); // makes room for the third
        QTRY_VERIFY_WITH_TIMEOUT(m_library->status(nameOf(3))->have > 0, kPatienceMs);
        QVERIFY(m_server->requests(pathOf(4)).isEmpty());
        m_library->pause(nameOf(4)); // before its turn has come
        QTRY_COMPARE_WITH_TIMEOUT(m_library->status(nameOf(4))->state, DownloadState::Paused, kPatienceMs);
        m_library->goOn(nameOf(4));
        m_library->goOn(nameOf(1));
        for (int i = 1; i <= 4; ++i)
            QTRY_COMPARE_WITH_TIMEOUT(m_library->status(nameOf(i))->state, DownloadState::Complete,
                                      kPatienceMs);
    }

    void theProgramEndsInTheMiddleAndGoesOnWhenAsked() {
        m_served.pieceBytes = 2'000;
        m_served.pieceMs = 2;
        m_server->serve(pathOf(1), m_served);
        m_library->get(model(1));
        QTRY_VERIFY_WITH_TIMEOUT(m_library->status(nameOf(1))->have > 20'000, kPatienceMs);
        makeLibrary(); // ends the one before
        m_server->forgetRequests();
        m_library->open();
        QTRY_VERIFY_WITH_TIMEOUT(m_library->status(nameOf(1)), kPatienceMs);
        const DownloadStatus found = *m_library->status(nameOf(1));
        QCOMPARE(found.state, DownloadState::Paused);
        QVERIFY(found.have > 20'000);
        QCOMPARE(found.total, m_served.body.size());
        QTest::qWait(50);
        QVERIFY(m_server->requests(pathOf(1)).isEmpty()); // nothing is asked for by itself
        m_served.pieceBytes = 0;
        m_server->serve(pathOf(1), m_served);
        m_library->goOn(nameOf(1));
        QTRY_COMPARE_WITH_TIMEOUT(m_library->status(nameOf(1))->state, DownloadState::Complete, kPatienceMs);
        QCOMPARE(m_server->requests(pathOf(1)).first().header("range"),
                 "bytes=" + QByteArray::number(found.have) + '-');
    }

    void removingLeavesNothingAndNothingElseGoes() {
        m_served.pieceBytes = 2'000;
        m_served.pieceMs = 2;
        m_server->serve(pathOf(1), m_served);
        m_library->get(model(1));
        QTRY_VERIFY_WITH_TIMEOUT(m_library->status(nameOf(1))->have > 20'000, kPatienceMs);
        QSignalSpy removed(m_library.get(), &ModelLibrary::removed);
        m_library->remove(nameOf(1)); // while it comes
        QVERIFY(removed.wait(kPatienceMs));
        QVERIFY(!m_library->status(nameOf(1)));
        QVERIFY(QDir(library()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot).isEmpty());
        // A gate that the writer put beside a model stays.
        m_served.pieceBytes = 0;
        m_server->serve(pathOf(1), m_served);
        m_library->get(model(1));
        QTRY_COMPARE_WITH_TIMEOUT(m_library->status(nameOf(1))->state, DownloadState::Complete, kPatienceMs);
        const QString mine = folderOfModel(library(), nameOf(1)) + QStringLiteral("/mine.safetensors");
        QFile gate(mine);
        QVERIFY(gate.open(QIODevice::WriteOnly));
        m_library->remove(nameOf(1));
        QVERIFY(removed.wait(kPatienceMs));
        QCOMPARE(QDir(folderOfModel(library(), nameOf(1))).entryList(QDir::Files),
                 QStringList(QStringLiteral("mine.safetensors")));
    }

    void theMachineIsMeasuredOnce() {
        QSignalSpy measured(m_library.get(), &ModelLibrary::measured);
        QCOMPARE(m_library->machine().decode.q8, 0.0);
        m_library->open();
        QVERIFY(measured.wait(kPatienceMs));
        QCOMPARE(m_library->machine().decode.q8, 12.5);
        m_library->open();
        QTest::qWait(20);
        QCOMPARE(measured.size(), 1);
    }

    void aCatalogueOfOnesOwn() {
        Catalogue own;
        own.title = QStringLiteral("Mine");
        own.models = {model(1), model(2)};
        const QString path = m_folder->filePath(QStringLiteral("mine.json"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(writeCatalogue(own)) > 0);
        file.close();
        QSignalSpy changed(m_library.get(), &ModelLibrary::catalogueChanged);
        m_library->useCatalogueFile(path);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(m_library->catalogue().models, own.models);
        QVERIFY(QFile::remove(path));
        makeLibrary(); // a copy was kept
        m_library->open();
        QCOMPARE(m_library->catalogue().models, own.models);
        QVERIFY(!m_library->isBuiltIn());
        m_library->useBuiltInCatalogue();
        makeLibrary();
        m_library->open();
        QCOMPARE(m_library->catalogue(), builtInCatalogue());
    }

    void aCatalogueFromAnAddress() {
        Catalogue own;
        own.models = {model(1)};
        test::Served served;
        served.body = writeCatalogue(own);
        m_server->serve(QStringLiteral("/list.json"), served);
        QSignalSpy changed(m_library.get(), &ModelLibrary::catalogueChanged);
        m_library->useCatalogueAt(m_server->address(QStringLiteral("/list.json")).toString());
        QVERIFY(changed.wait(kPatienceMs));
        QCOMPARE(m_library->catalogue().models, own.models);
        QCOMPARE(m_server->requests(QStringLiteral("/list.json")).size(), 1);
    }

    void aCatalogueThatIsNoneChangesNothing() {
        QSignalSpy failed(m_library.get(), &ModelLibrary::catalogueFailed);
        m_library->useCatalogueAt(m_server->address(QStringLiteral("/nothing")).toString());
        QVERIFY(failed.wait(kPatienceMs));
        QVERIFY(failed.takeFirst().first().toString().contains(QStringLiteral("(404)")));
        test::Served page;
        page.body = "<html>";
        m_server->serve(QStringLiteral("/page.json"), page);
        m_library->useCatalogueAt(m_server->address(QStringLiteral("/page.json")).toString());
        QVERIFY(failed.wait(kPatienceMs));
        QVERIFY(
            failed.takeFirst().first().toString().contains(QStringLiteral("page.json is not a catalogue")));
        page.body = QByteArray(kMostCatalogueBytes + (1 << 20), ' ');
        m_server->serve(QStringLiteral("/page.json"), page);
        m_library->useCatalogueAt(m_server->address(QStringLiteral("/page.json")).toString());
        QVERIFY(failed.wait(kPatienceMs));
        failed.clear();
        m_library->useCatalogueAt(QStringLiteral("no address"));
        m_library->useCatalogueFile(QStringLiteral("/no/such/file"));
        QCOMPARE(failed.size(), 2);
        QCOMPARE(m_library->catalogue(), builtInCatalogue());
    }

    void verifyingReadsWhatIsOnTheDisk() {
        QSignalSpy ready(m_library.get(), &ModelLibrary::ready);
        m_server->serve(pathOf(1), m_served);
        m_library->get(model(1));
        QVERIFY(ready.wait(kPatienceMs));
        using Kind = Verification::Kind;
        const auto verify = [this](bool goesOn = true) {
            return verifyStored(library(), nameOf(1), [goesOn](qint64) { return goesOn; }).kind;
        };
        QCOMPARE(verify(), Kind::Same);
        QCOMPARE(verify(false), Kind::Stopped);
        QFile file(pathOfModel(library(), nameOf(1)));
        QVERIFY(file.open(QIODevice::ReadWrite) && file.seek(100) && file.write("y") == 1);
        file.close();
        QCOMPARE(verify(), Kind::Different);
        QVERIFY(file.remove());
        QCOMPARE(verify(), Kind::Unfinished);
    }

    // Measuring takes minutes where other programs have the processors: nobody waits for it at the end.
    void measuringEndsWithTheLibrary() {
        constexpr int kLongMs = 20'000;
        std::atomic<bool> isMeasuring = false;
        m_library = std::make_unique<ModelLibrary>(library(), quick(), [&](const std::stop_token& stop) {
            isMeasuring = true;
            const QDeadlineTimer end(kLongMs);
            while (!stop.stop_requested() && !end.hasExpired())
                QThread::yieldCurrentThread();
            return MachineFacts{};
        });
        m_library->open();
        QTRY_VERIFY(isMeasuring);
        const QDeadlineTimer end(kLongMs / 2);
        m_library.reset();
        QVERIFY(!end.hasExpired());
    }

private:
    void makeLibrary() {
        m_library.reset();
        m_library = std::make_unique<ModelLibrary>(library(), quick(), [](const std::stop_token&) {
            return MachineFacts{qint64{8} << 30, {12.5, 12.5, 12.5}};
        });
    }
    [[nodiscard]] QString library() const { return m_folder->filePath(QStringLiteral("models")); }
    [[nodiscard]] RemoteModel model(int number) const {
        RemoteModel model;
        model.file = {
            nameOf(number), m_server->address(pathOf(number)), m_served.body.size(),
            QString::fromLatin1(QCryptographicHash::hash(m_served.body, QCryptographicHash::Sha256).toHex())};
        return model;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<test::FlakyServer> m_server;
    std::unique_ptr<ModelLibrary> m_library;
    test::Served m_served;
};

QTEST_GUILESS_MAIN(ModelLibraryTest)
#include "model_library_test.moc"
