// `inkgate-cli models`: gets a model from a web server on this machine, goes on where it was stopped, checks
// and removes it, and writes with it.
#include "app/library/catalogue.h"
#include "tests/app/support/flaky_server.h"
#include "tests/engine/cli/command.h"
#include "tests/engine/cli/tiny_models.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using support::CommandResult;

namespace {

constexpr int kPatienceMs = 60'000;
const QString kName = QStringLiteral("tiny.safetensors");
const QString kPath = QStringLiteral("/tiny.safetensors");

} // namespace

class ModelsCommandTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QVERIFY2(QFile::exists(support::commandPath()), "INKGATE_CLI must name the program");
        QVERIFY(support::writeTinyModels(m_models.path()));
        QFile file(QString::fromStdString(support::tinyBase(m_models.path()).string()));
        QVERIFY(file.open(QIODevice::ReadOnly));
        m_body = file.readAll();
    }
    void init() {
        m_home = std::make_unique<QTemporaryDir>();
        qputenv("XDG_DATA_HOME", m_home->path().toLocal8Bit());
        m_served = {};
        m_served.body = m_body;
        app::Catalogue catalogue;
        app::RemoteModel model;
        model.file = {
            kName, m_server.address(kPath), m_body.size(),
            QString::fromLatin1(QCryptographicHash::hash(m_body, QCryptographicHash::Sha256).toHex())};
        model.architecture = QStringLiteral("rwkv6");
        model.layers = 2;
        model.width = 64;
        model.vocabulary = 256;
        catalogue.models = {model};
        m_catalogue = m_home->filePath(QStringLiteral("ours.json"));
        QFile file(m_catalogue);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(writeCatalogue(catalogue)) > 0);
        m_server.serve(kPath, m_served);
        m_server.forgetRequests();
    }

    void getsVerifiesWritesAndRemoves() {
        const CommandResult got = models({"get", kName, "--catalogue", m_catalogue});
        QVERIFY2(got.status == 0, got.err.constData());
        QCOMPARE(got.out.trimmed(), path().toUtf8());
        const CommandResult written = support::runCommand(
            {"generate", "--model", path(), "--prompt", "In", "--max-tokens", "3"}, m_models.path());
        QVERIFY2(written.status == 0, written.err.constData());
        const CommandResult same = models({"verify"});
        QCOMPARE(same.status, 0);
        QCOMPARE(same.out, kName.toUtf8() + ": same\n");
        // Again it is there, and nothing is asked for.
        m_server.forgetRequests();
        QCOMPARE(models({"get", kName, "--catalogue", m_catalogue, "--json"}).json()["path"].toString(),
                 path());
        QVERIFY(m_server.requests(kPath).isEmpty());
        QFile file(path());
        QVERIFY(file.open(QIODevice::ReadWrite) && file.seek(200) && file.write("?") == 1);
        file.close();
        const CommandResult changed = models({"verify", kName, "--json"});
        QCOMPARE(changed.status, 1);
        QVERIFY(changed.err.contains("SHA-256") && changed.err.count('\n') == 1);
        QVERIFY(changed.out.contains("different"));
        QCOMPARE(models({"remove", kName}).status, 0);
        QVERIFY(!QFile::exists(path()));
        QVERIFY(models({"remove", kName}).isOneLineFailure());
        QVERIFY(models({"verify", kName}).isOneLineFailure());
    }

    void listsWhatCanBeHadAndWhatIsHere() {
        const QJsonObject before = models({"list", "--json", "--no-measure"}).json();
        QCOMPARE(before["models"].toArray().size(), 23); // of the catalogue that comes with the program
        QCOMPARE(before["models"].toArray()[0].toObject()["here"].toString(), QStringLiteral("no"));
        QVERIFY(before["models"].toArray()[0].toObject()["tokens_per_second"].isNull());
        QCOMPARE(models({"get", kName, "--catalogue", m_catalogue}).status, 0);
        const QJsonObject after = models({"list", "--json", "--catalogue", m_catalogue}).json();
        const QJsonObject here = after["models"].toArray()[0].toObject();
        QCOMPARE(here["here"].toString(), QStringLiteral("whole"));
        QCOMPARE(here["path"].toString(), path());
        const QJsonObject rates = after["decode_gb_per_second"].toObject();
        for (const char* const type : {"f16", "q8", "q4"})
            QVERIFY2(rates[type].toDouble() > 0, type);
        QVERIFY(here["tokens_per_second"].toDouble() > 0);
        // Of another catalogue it is listed still.
        const CommandResult table = models({"list", "--no-measure"});
        QCOMPARE(table.out.count('\n'), 25);
        QVERIFY(table.out.contains(kName.toUtf8()) && table.out.contains("whole"));
    }

    // Ctrl+C in the middle: said in one line, and the same command goes on with it.
    void isInterruptedAndGoesOn() {
        m_served.pieceBytes = 1'000;
        m_served.pieceMs = 5;
        m_server.serve(kPath, m_served);
        QProcess process;
        process.start(support::commandPath(), {"models", "get", kName, "--catalogue", m_catalogue});
        QTRY_VERIFY_WITH_TIMEOUT(QFile(path() + ".part").size() > 10'000, kPatienceMs);
        ::kill(pid_t(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(kPatienceMs));
        QCOMPARE(process.exitCode(), 1);
        QVERIFY(process.readAllStandardError().contains("interrupted; what has come is kept"));
        const qint64 have = QFile(path() + ".part").size();
        QVERIFY(have > 10'000 && have < m_body.size());
        m_served.pieceBytes = 0;
        m_server.serve(kPath, m_served);
        m_server.forgetRequests();
        QCOMPARE(models({"get", kName, "--catalogue", m_catalogue}).status, 0);
        QCOMPARE(m_server.requests(kPath).first().header("range"), "bytes=" + QByteArray::number(have) + '-');
    }

    // kill -9 in the middle, too.
    void isKilledAndGoesOn() {
        m_served.pieceBytes = 1'000;
        m_served.pieceMs = 5;
        m_server.serve(kPath, m_served);
        QProcess process;
        process.start(support::commandPath(), {"models", "get", kName, "--catalogue", m_catalogue});
        QTRY_VERIFY_WITH_TIMEOUT(QFile(path() + ".part").size() > 10'000, kPatienceMs);
        process.kill();
        QVERIFY(process.waitForFinished(kPatienceMs));
        QVERIFY(!QFile::exists(path()));
        m_served.pieceBytes = 0;
        m_server.serve(kPath, m_served);
        m_server.forgetRequests();
        const CommandResult again = models({"get", kName, "--catalogue", m_catalogue});
        QVERIFY2(again.status == 0, again.err.constData()); // the lock of the dead is nobody's
        QVERIFY(m_server.requests(kPath).first().header("range").startsWith("bytes="));
    }

    void failuresAreOneLine_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("says");
        QTest::newRow("unknown name")
            << QStringList{"get", "nothing.gguf"} << QByteArray("not in the catalogue");
        QTest::newRow("no model's address")
            << QStringList{"get", "https://example.org/"} << QByteArray("does not end");
        QTest::newRow("nothing there")
            << QStringList{"get", "@/none.gguf"} << QByteArray("There is no such file");
        QTest::newRow("no model") << QStringList{"get", "@/nonsense.gguf"}
                                  << QByteArray("no model that Inkgate can use");
        QTest::newRow("no catalogue")
            << QStringList{"list", "--catalogue", "/no/such"} << QByteArray("/no/such");
        QTest::newRow("not a catalogue")
            << QStringList{"list", "--catalogue", "@exe"} << QByteArray("catalogue");
        QTest::newRow("not in the library")
            << QStringList{"verify", "x.gguf"} << QByteArray("not in the library");
        QTest::newRow("a path") << QStringList{"remove", "../models"} << QByteArray("not in the library");
    }
    void failuresAreOneLine() {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, says);
        test::Served nonsense;
        nonsense.body = QByteArray(5'000, 'n');
        m_server.serve(QStringLiteral("/nonsense.gguf"), nonsense);
        for (QString& argument : arguments) {
            if (argument.startsWith(QStringLiteral("@/")))
                argument = m_server.address(argument.mid(1)).toString();
            if (argument == QStringLiteral("@exe"))
                argument = support::commandPath();
        }
        const CommandResult result = models(arguments);
        QVERIFY2(result.status == 1 && result.out.isEmpty(), result.err.constData());
        const QByteArray last = result.err.trimmed().split('\n').last();
        QVERIFY2(last.startsWith("inkgate-cli: ") && last.contains(says), result.err.constData());
    }

    void wrongUsageIsTwo() {
        for (const QStringList& arguments : {QStringList{},
                                             {"sing"},
                                             {"get"},
                                             {"remove"},
                                             {"list", "more"},
                                             {"get", ""},
                                             {"list", "--folder="}})
            QCOMPARE(models(arguments).status, 2);
    }

private:
    CommandResult models(const QStringList& arguments) {
        return support::runCommand(QStringList{"models"} + arguments, m_models.path());
    }
    [[nodiscard]] QString path() const {
        return m_home->filePath(QStringLiteral("inkgate/models/%1/%1").arg(kName));
    }

    QTemporaryDir m_models;
    std::unique_ptr<QTemporaryDir> m_home;
    test::FlakyServer m_server;
    test::Served m_served;
    QByteArray m_body;
    QString m_catalogue;
};

QTEST_GUILESS_MAIN(ModelsCommandTest)
#include "models_command_test.moc"
