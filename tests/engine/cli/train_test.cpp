// train_test.cpp: `train` as a user meets it: recipes, options that win over them, mistakes, logs, plots.
#include "tests/engine/cli/command.h"

#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

using support::runCommand;

class TrainTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QVERIFY2(QFile::exists(support::commandPath()), "INKGATE_CLI must name the program");
        QByteArray text;
        for (int i = 0; i < 400; ++i)
            text += "The cat sat on the mat, and the dog lay by the door.\n" +
                    QByteArray(i % 50 == 49 ? "\f\n" : "");
        write("text.txt", text);
    }

    void recipeTrains() {
        write("recipe.json", recipe());
        const auto result = run({"train", "--recipe", path("recipe.json"), "--out", path("a.safetensors")});
        QVERIFY2(result.status == 0, result.err.constData());
        QVERIFY(QFile::exists(path("a.safetensors")) && QFile::exists(path("a.safetensors.csv")));
        // The same by options.
        const auto byHand = run({"train",
                                 "--text",
                                 path("text.txt"),
                                 "--validation",
                                 path("text.txt"),
                                 "--layers",
                                 "2",
                                 "--width",
                                 "32",
                                 "--head-size",
                                 "16",
                                 "--sequences",
                                 "4",
                                 "--micro-batch",
                                 "1",
                                 "--window",
                                 "32",
                                 "--segment",
                                 "64",
                                 "--tokens",
                                 "1280",
                                 "--threads",
                                 "2",
                                 "--batch-growth",
                                 "2:0.5",
                                 "--order",
                                 "documents",
                                 "--optimiser",
                                 "muon",
                                 "--average-last",
                                 "0.5",
                                 "--out",
                                 path("b.safetensors")});
        QVERIFY2(byHand.status == 0, byHand.err.constData());
        QVERIFY(!tensors("a.safetensors").isEmpty());
        QCOMPARE(tensors("b.safetensors"), tensors("a.safetensors"));
    }

    void printedRecipeGivesItselfBack() {
        write("recipe.json", recipe());
        const auto first = run({"train", "--recipe", path("recipe.json"), "--print-recipe"});
        QVERIFY2(first.status == 0, first.err.constData());
        QCOMPARE(first.json()["layers"].toInt(), 2);
        QCOMPARE(first.json()["feed_forward"].toInt(), 96); // filled in
        QCOMPARE(first.json()["beta2"].toDouble(), 0.95);   // as Muon has it
        QCOMPARE(first.json()["order"].toString(), QString("documents"));
        QVERIFY(!first.json().contains("output"));
        write("printed.json", first.out);
        const auto second = run({"train", "--recipe", path("printed.json"), "--print-recipe"});
        QCOMPARE(second.out, first.out);
    }

    void optionsWinOverTheRecipe() {
        write("recipe.json", recipe());
        const auto printed = [&](const QStringList& options) {
            return run(QStringList{"train", "--recipe", path("recipe.json"), "--print-recipe"} + options)
                .json();
        };
        const auto json = printed({"--layers", "3", "--order", "segments", "--seed", "7", "--threads", "1",
                                   "--batch-growth", "1:0.25,2:0.5", "--weight-decay-schedule", "linear",
                                   "--optimiser", "adamw", "--gate", "adaptive"});
        QCOMPARE(json["layers"].toInt(), 3);
        QCOMPARE(json["width"].toInt(), 32); // of the recipe
        QCOMPARE(json["order"].toString(), QString("segments"));
        QCOMPARE(json["seed"].toInt(), 7);
        QCOMPARE(json["threads"].toInt(), 1);
        QCOMPARE(json["batch_growth"].toArray().size(), 2);
        QCOMPARE(json["weight_decay_schedule"].toString(), QString("linear"));
        QVERIFY(!json["muon"].toBool());
        QCOMPARE(json["beta2"].toDouble(), 0.99);
        QCOMPARE(json["enhancement"].toString(), QString("adaptive"));
        // One at its default is still given by hand.
        QCOMPARE(printed({"--layers", "6"})["layers"].toInt(), 6);
    }

    void wrongRecipesFailInOneLine_data() {
        QTest::addColumn<QByteArray>("recipe");
        QTest::addColumn<QByteArray>("said");
        QTest::newRow("unknown") << QByteArray(R"({"layer": 3})") << QByteArray(R"(no setting "layer")");
        QTest::newRow("type") << QByteArray(R"({"tokens": "1 M"})")
                              << QByteArray("tokens must be an integer");
        QTest::newRow("range") << QByteArray(R"({"layers": 0})")
                               << QByteArray("layers must be an integer from 1");
        QTest::newRow("no JSON") << QByteArray("layers: 3") << QByteArray("not JSON");
        QTest::newRow("no text") << QByteArray(R"({"tokens": 1280})") << QByteArray("nothing to train on");
    }
    void wrongRecipesFailInOneLine() {
        QFETCH(QByteArray, recipe);
        QFETCH(QByteArray, said);
        write("wrong.json", recipe);
        const auto result = run({"train", "--recipe", path("wrong.json"), "--out", path("x.safetensors")});
        QVERIFY2(result.isOneLineFailure() && result.err.contains(said), result.err.constData());
        QVERIFY(!QFile::exists(path("x.safetensors")));
    }

    void wrongUsageIsTwo_data() {
        QTest::addColumn<QStringList>("options");
        QTest::newRow("no output") << QStringList{"--text", "a"};
        QTest::newRow("growth without a share") << QStringList{"--out", "x", "--batch-growth", "8"};
        QTest::newRow("growth with a comma too many")
            << QStringList{"--out", "x", "--batch-growth", "8:0.5,"};
        QTest::newRow("order") << QStringList{"--out", "x", "--order", "random"};
        QTest::newRow("schedule") << QStringList{"--out", "x", "--weight-decay-schedule", "cosine"};
        QTest::newRow("plot and recipe") << QStringList{"--out", "x", "--plot", "a.csv", "--print-recipe"};
        QTest::newRow("plot without output") << QStringList{"--plot", "a.csv"};
    }
    void wrongUsageIsTwo() {
        QFETCH(QStringList, options);
        const auto result = run(QStringList{"train"} + options);
        QCOMPARE(result.status, 2);
        QVERIFY2(result.out.isEmpty() && result.err.count('\n') == 1, result.err.constData());
    }

    void logThatCannotBeWrittenFailsInOneLine() {
        if (!QFile::exists("/dev/full"))
            QSKIP("needs /dev/full");
        write("recipe.json", recipe());
        const auto result = run({"train", "--recipe", path("recipe.json"), "--out", path("full.safetensors"),
                                 "--log", "/dev/full"});
        QCOMPARE(result.status, 1);
        const QByteArray last = result.err.mid(result.err.lastIndexOf('\n', -2) + 1);
        QVERIFY2(last.startsWith("inkgate-cli: /dev/full: the log could not be written"),
                 result.err.constData());
    }

    void logsBecomeAPicture() {
        const QByteArray head = "step,tokens,training_nats_per_token,validation_bits_per_byte,learning_rate,"
                                "gradient_norm,tokens_per_second,seconds\n";
        QByteArray log = head;
        for (int i = 1; i <= 50; ++i)
            log += QString("%1,%2,%3,%4,1e-3,0.5,100,%1\n")
                       .arg(i)
                       .arg(i * 100000)
                       .arg(9.0 / i + 2)
                       .arg(i % 10 == 0 ? QString::number(1 + 1.0 / i) : QString())
                       .toUtf8();
        write("one & two.safetensors.csv", log);
        write("short.csv", head + "10,1000,3.5,,1e-3,0.5,100,1\n");
        const auto result =
            run({"train", "--plot", path("one & two.safetensors.csv") + "," + path("short.csv"), "--out",
                 path("picture.svg")});
        QVERIFY2(result.status == 0 && result.out.isEmpty(), result.err.constData());
        QFile picture(path("picture.svg"));
        QVERIFY(picture.open(QIODevice::ReadOnly));
        const QByteArray svg = picture.readAll();
        QVERIFY(svg.startsWith("<svg ") && svg.endsWith("</svg>\n"));
        for (const char* part :
             {"one &amp; two: training", "short: training 3.500 nats per token", "tokens read, in millions",
              "Validation, bits per byte", "prefers-color-scheme"})
            QVERIFY2(svg.contains(part), part);
        QVERIFY(!svg.contains("nan") && !svg.contains("inf"));

        write("empty.csv", head);
        QVERIFY(run({"train", "--plot", path("empty.csv"), "--out", path("x.svg")}).isOneLineFailure());
        QVERIFY(run({"train", "--plot", path("text.txt"), "--out", path("x.svg")}).isOneLineFailure());
        QVERIFY(run({"train", "--plot", path("absent.csv"), "--out", path("x.svg")}).isOneLineFailure());
        QVERIFY(!QFile::exists(path("x.svg")));
    }

private:
    [[nodiscard]] QString path(const char* name) const { return m_folder.filePath(name); }
    void write(const char* name, const QByteArray& content) const {
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
    }
    [[nodiscard]] support::CommandResult run(const QStringList& arguments) const {
        return runCommand(arguments, m_folder.path());
    }
    // What stands behind a model's header, whose length is its first eight bytes.
    [[nodiscard]] QByteArray tensors(const char* model) const {
        QFile file(path(model));
        quint64 header = 0;
        if (!file.open(QIODevice::ReadOnly) ||
            file.read(reinterpret_cast<char*>(&header), sizeof header) != sizeof header)
            return {};
        file.skip(static_cast<qint64>(header));
        return file.readAll();
    }
    [[nodiscard]] QByteArray recipe() const {
        return QByteArray(R"({"text": "TEXT", "validation": "TEXT", "layers": 2, "width": 32, "head_size": 16,
                   "sequences": 4, "micro_batch": 1, "window": 32, "segment": 64, "tokens": 1280,
                   "threads": 2, "batch_growth": [{"until": 0.5, "sequences": 2}], "order": "documents",
                   "muon": true, "average_last": 0.5})")
            .replace("TEXT", path("text.txt").toUtf8());
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TrainTest)
#include "train_test.moc"
