// needles_test.cpp: `needles` as a user meets it: texts to train on, cases, a training on marked answers, a
// measurement with its table and picture.
#include "tests/engine/cli/command.h"
#include "tests/engine/cli/tiny_models.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

using support::runCommand;

class NeedlesTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QVERIFY2(QFile::exists(support::commandPath()), "INKGATE_CLI must name the program");
        QVERIFY(support::writeTinyModels(m_folder.path()));
        QByteArray text;
        for (int i = 0; i < 300; ++i)
            text += "The lamp in the window went out, and " + QByteArray(1 + i * 7 % 11, 'm') + " he said.\n";
        QFile file(path("text.txt"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text) == text.size());
    }

    void textsAndCasesAreTheSame() {
        const QStringList shared{
            "needles", "make",     "--text", path("text.txt"), "--kind", "number", "--needles",
            "2",       "--tokens", "600",    "--documents",    "7",      "--seed", "5"};
        QVERIFY2(run(shared + QStringList{"--out", path("train.txt")}).status == 0, "");
        QVERIFY2(run(shared + QStringList{"--out", path("cases.jsonl"), "--cases"}).status == 0, "");
        const QList<QByteArray> cases = read("cases.jsonl").trimmed().split('\n');
        QByteArray text = read("train.txt");
        text.replace("\n\f\n", "\f");
        const QList<QByteArray> documents = text.split('\f');
        QCOMPARE(documents.size(), 7);
        QCOMPARE(cases.size(), 7);
        for (int i = 0; i < 7; ++i) {
            QByteArray marked;
            const QJsonObject json = QJsonDocument::fromJson(cases[i]).object();
            QCOMPARE(json["questions"].toArray().size(), 2);
            for (const QJsonValue& question : json["questions"].toArray())
                marked += question["prompt"].toString().toUtf8() + "\2" +
                          question["answer"].toString().toUtf8() + "\3";
            QCOMPARE(documents[i], marked);
            QCOMPARE(documents[i].size(), 599 + 4); // four marks, and the separator that is not there yet
        }
    }

    void answersAreTrainedAndMeasured() {
        QVERIFY(run({"needles", "make", "--text", path("text.txt"), "--tokens", "256", "--documents", "40",
                     "--out", path("short.txt")})
                    .status == 0);
        const auto trained = run({"train",
                                  "--architecture",
                                  "rwkvx",
                                  "--sparse-blocks",
                                  "1",
                                  "--chunk",
                                  "32",
                                  "--chunks",
                                  "3",
                                  "--layers",
                                  "2",
                                  "--width",
                                  "32",
                                  "--head-size",
                                  "16",
                                  "--text",
                                  path("short.txt"),
                                  "--unmarked-weight",
                                  "0",
                                  "--window",
                                  "256",
                                  "--segment",
                                  "256",
                                  "--sequences",
                                  "2",
                                  "--micro-batch",
                                  "1",
                                  "--threads",
                                  "1",
                                  "--tokens",
                                  "10240",
                                  "--out",
                                  path("x.safetensors"),
                                  "--json"});
        QVERIFY2(trained.status == 0, trained.err.constData());
        QVERIFY(trained.json()["complete"].toBool());
        const auto measured = run({"needles", "measure", "--model", path("x.safetensors"), "--text",
                                   path("text.txt"), "--lengths", "300,1024", "--depths", "3", "--keys", "2",
                                   "--plot", path("found.svg"), "--json"});
        QVERIFY2(measured.status == 0, measured.err.constData());
        const QJsonArray cells = measured.json()["cells"].toArray(),
                         lengths = measured.json()["lengths"].toArray();
        QCOMPARE(cells.size(), 6);
        QCOMPARE(lengths.size(), 2);
        QCOMPARE(lengths[1]["tokens"].toInt(), 1024);
        QCOMPARE(lengths[1]["keys"].toInt(), 6);
        QCOMPARE(cells[1]["depth"].toDouble(), 0.5);
        // Ten steps do not teach it.
        QCOMPARE(lengths[0]["right"].toInt(), 0);
        int fields = 0;
        QXmlStreamReader svg(read("found.svg"));
        while (!svg.atEnd())
            if (svg.readNext() == QXmlStreamReader::StartElement &&
                svg.attributes().value("class") == QLatin1String("field"))
                ++fields;
        QVERIFY2(!svg.hasError(), qPrintable(svg.errorString()));
        QCOMPARE(fields, 6);
        const auto table = run({"needles", "measure", "--model", path("x.safetensors"), "--text",
                                path("text.txt"), "--lengths", "300", "--depths", "1", "--keys", "3"});
        QVERIFY2(table.out.contains("300 tokens: 0 of 3 right"), table.out.constData());
    }

    void mistakesAreOneSentence() {
        const auto tooShort =
            run({"needles", "make", "--text", path("text.txt"), "--tokens", "20", "--out", path("no.txt")});
        QVERIFY(tooShort.isOneLineFailure() && tooShort.err.contains("more than 20"));
        QVERIFY(!QFile::exists(path("no.txt")));
        const auto two =
            run({"needles", "make", "--text", path("text.txt"), "--needles", "2", "--out", path("no.txt")});
        QVERIFY(two.isOneLineFailure() && two.err.contains("one pass key"));
        QVERIFY(run({"needles", "make", "--text", path("missing.txt"), "--out", path("no.txt")})
                    .isOneLineFailure());
        QCOMPARE(run({"needles"}).status, 2);
        QCOMPARE(run({"needles", "measure", "--text", path("text.txt"), "--kind", "haystack"}).status, 2);
    }

private:
    support::CommandResult run(const QStringList& arguments) const {
        return runCommand(arguments, m_folder.path());
    }
    QString path(const char* name) const { return m_folder.filePath(name); }
    QByteArray read(const char* name) const {
        QFile file(m_folder.filePath(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(NeedlesTest)
#include "needles_test.moc"
