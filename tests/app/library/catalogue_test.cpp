// The catalogue that comes with Inkgate, catalogues of others, and addresses that somebody pasted.
#include "app/library/catalogue.h"

#include "app/library/estimate.h"

#include <QFile>
#include <QHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <cmath>

using namespace app;

namespace {

QJsonObject entry(const QString& name = QStringLiteral("tale.gguf")) {
    return {{QStringLiteral("name"), name},
            {QStringLiteral("bytes"), 1000},
            {QStringLiteral("sha256"), QString(64, u'a')},
            {QStringLiteral("address"), QStringLiteral("https://example.org/%1").arg(name)},
            {QStringLiteral("architecture"), QStringLiteral("rwkv7")},
            {QStringLiteral("languages"), QJsonArray{QStringLiteral("en")}},
            {QStringLiteral("good_for"), QStringLiteral("Tales.")}};
}

QByteArray catalogueOf(const QJsonArray& models, const QJsonArray& files = {}) {
    return QJsonDocument(QJsonObject{{QStringLiteral("format"), QStringLiteral("inkgate-catalogue")},
                                     {QStringLiteral("version"), 1},
                                     {QStringLiteral("title"), QStringLiteral("Mine")},
                                     {QStringLiteral("files"), files},
                                     {QStringLiteral("models"), models}})
        .toJson();
}

const QString kFile = QStringLiteral("mine.json");

} // namespace

class CatalogueTest : public QObject {
    Q_OBJECT

private slots:
    void theBuiltInOneIsWholeAndReadsBack() {
        const Catalogue& catalogue = builtInCatalogue();
        QVERIFY2(catalogue.refused.isEmpty(), qPrintable(catalogue.refused.join(u'\n')));
        QCOMPARE(catalogue.models.size(), 23);
        for (const RemoteModel& model : catalogue.models) {
            QVERIFY2(!model.goodFor.isEmpty() && !model.languages.isEmpty(), qPrintable(model.file.name));
            QCOMPARE(model.file.address.scheme(), QStringLiteral("https"));
            QCOMPARE(model.needs.size(), model.file.name.endsWith(QStringLiteral(".pth")) ? 1 : 0);
            QCOMPARE(model.file.address.fileName(), model.file.name);
        }
        const auto again = readCatalogue(writeCatalogue(catalogue), kFile);
        QVERIFY(again.has_value());
        QCOMPARE(again->models, catalogue.models);
    }

    // Against the facts it was made from.
    void theBuiltInOneSaysWhatIsKnownOfTheFiles() {
        QFile facts(QStringLiteral(INKGATE_SHARED_DIR "/data/published_models.tsv"));
        if (!facts.open(QIODevice::ReadOnly))
            QSKIP("the table of published models is not here");
        QList<QByteArray> lines = facts.readAll().trimmed().split('\n');
        lines.removeFirst();
        QCOMPARE(lines.size(), builtInCatalogue().models.size());
        for (const QByteArray& line : lines) {
            const QList<QByteArray> cells = line.split('\t');
            const RemoteModel* const model = findModel(builtInCatalogue(), QString::fromUtf8(cells[0]));
            QVERIFY2(model, cells[0].constData());
            QCOMPARE(model->architecture.toUtf8(), cells[1]);
            QCOMPARE(model->file.bytes, cells[2].toLongLong());
            QCOMPARE(model->file.sha256.toUtf8(), cells[3]);
            QCOMPARE(model->languages.first().toUtf8(), cells[4]);
            QCOMPARE(model->file.address.toEncoded(), cells[5]);
        }
    }

    // Layers and width are not among the facts: they must explain the length of each file of 16-bit weights.
    void sizesExplainTheLengths() {
        for (const RemoteModel& model : builtInCatalogue().models) {
            const double bytesPerParameter = double(model.file.bytes) / parametersOf(model);
            const bool isFull = model.file.name.endsWith(QStringLiteral(".pth"));
            QVERIFY2(isFull ? std::abs(bytesPerParameter - 2) < 0.1
                            : bytesPerParameter > 0.6 && bytesPerParameter < 1.15,
                     qPrintable(QStringLiteral("%1: %2").arg(model.file.name).arg(bytesPerParameter)));
        }
    }

    void entriesThatCannotBeUsedAreNamed_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QJsonValue>("value");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* name, const char* key, const QJsonValue& value, const char* says) {
            QTest::newRow(name) << QString::fromLatin1(key) << value << QString::fromUtf8(says);
        };
        row("a path for a name", "name", QStringLiteral("../up.gguf"), "not the name of a file");
        row("a hidden name", "name", QStringLiteral(".gguf"), "not the name of a file");
        row("a name with a line end", "name", QStringLiteral("a\n.gguf"), "not the name of a file");
        row("a very long name", "name", QString(200, u'a') + QStringLiteral(".gguf"),
            "not the name of a file");
        row("a number for a name", "name", 12, "not the name of a file");
        row("a text", "name", QStringLiteral("story.txt"), "has not the ending of a model file");
        row("no address", "address", QJsonValue(), "not one of the web");
        row("a file of this computer", "address", QStringLiteral("file:///etc/passwd"), "not one of the web");
        row("a password", "address", QStringLiteral("https://me:secret@example.org/a.gguf"),
            "not one of the web");
        row("no host", "address", QStringLiteral("https:///a.gguf"), "not one of the web");
        row("no length", "bytes", QJsonValue(), "not the length of a file");
        row("a negative length", "bytes", -5, "not the length of a file");
        row("half a byte", "bytes", 10.5, "not the length of a file");
        row("a length beyond all disks", "bytes", 1e18, "not the length of a file");
        row("no hash", "sha256", QJsonValue(), "has not 64");
        row("a short hash", "sha256", QString(63, u'a'), "has not 64");
        row("no hexadecimal digits", "sha256", QString(64, u'g'), "has not 64");
        row("a file that is not there", "needs", QJsonArray{QStringLiteral("words")}, "needs “words”");
    }
    void entriesThatCannotBeUsedAreNamed() {
        QFETCH(QString, key);
        QFETCH(QJsonValue, value);
        QFETCH(QString, says);
        QJsonObject bad = entry();
        bad[key] = value;
        const auto read = readCatalogue(catalogueOf({bad, entry(QStringLiteral("good.gguf"))}), kFile);
        QVERIFY(read.has_value());
        QCOMPARE(read->models.size(), 1);
        QCOMPARE(read->models.first().file.name, QStringLiteral("good.gguf"));
        QCOMPARE(read->refused.size(), 1);
        QVERIFY2(read->refused.first().contains(says) &&
                     read->refused.first().startsWith(QStringLiteral("Model 1 (")),
                 qPrintable(read->refused.first()));
        // One that has nothing else is refused as a whole, with the reason.
        const auto alone = readCatalogue(catalogueOf({bad}), kFile);
        QVERIFY(!alone && alone.error().contains(says));
    }

    void aNameIsThereOnce() {
        const auto read = readCatalogue(catalogueOf({entry(), entry()}), kFile);
        QCOMPARE(read->models.size(), 1);
        QVERIFY(read->refused.first().contains(QStringLiteral("twice")));
    }

    void whatIsNoCatalogueIsRefused_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("a web page") << QByteArray("<html></html>");
        QTest::newRow("another JSON") << QByteArray("{\"models\": []}");
        QTest::newRow("a list") << QByteArray("[]");
        QTest::newRow("no models") << catalogueOf({});
        QTest::newRow("cut off") << catalogueOf({entry()}).chopped(20);
        QTest::newRow("a newer one") << catalogueOf({entry()}).replace("\"version\": 1", "\"version\": 2");
        QTest::newRow("too large") << QByteArray(kMostCatalogueBytes + 1, ' ');
    }
    void whatIsNoCatalogueIsRefused() {
        QFETCH(QByteArray, bytes);
        const auto read = readCatalogue(bytes, kFile);
        QVERIFY(!read);
        QVERIFY2(read.error().contains(kFile) && read.error().endsWith(u'.'), qPrintable(read.error()));
    }

    void addressesThatArePasted() {
        const Catalogue& catalogue = builtInCatalogue();
        // The catalogue's own, with all that is known of it.
        const RemoteModel& known = catalogue.models.first();
        QCOMPARE(modelAt(QStringLiteral(" %1\n").arg(known.file.address.toString()), catalogue).value(),
                 known);
        const auto gguf =
            modelAt(QStringLiteral("https://example.org/a/My%20tale.gguf?download=true"), catalogue);
        QCOMPARE(gguf->file.name, QStringLiteral("My tale.gguf"));
        QVERIFY(gguf->file.sha256.isEmpty() && gguf->file.bytes < 0 && gguf->needs.isEmpty());
        const auto pth = modelAt(QStringLiteral("http://example.org/tale.pth"), catalogue);
        QCOMPARE(pth->needs.size(), 1);
        QCOMPARE(pth->needs.first().bytes, 1'093'733);
        for (const char* bad :
             {"", "tale.gguf", "ftp://example.org/a.gguf", "file:///a.gguf", "https://example.org/",
              "https://example.org/readme.html", "https://a:b@example.org/a.gguf"})
            QVERIFY2(!modelAt(QString::fromLatin1(bad), catalogue), bad);
        QCOMPARE(modelAt(QStringLiteral("https://example.org/..%2f..%2fup.gguf"), catalogue)->file.name,
                 QStringLiteral("up.gguf"));
        // A name of the catalogue's at another address would look like its own.
        const auto taken = modelAt(QStringLiteral("https://example.org/%1").arg(known.file.name), catalogue);
        QVERIFY(!taken && taken.error().contains(known.file.name));
    }
};

QTEST_GUILESS_MAIN(CatalogueTest)
#include "catalogue_test.moc"
