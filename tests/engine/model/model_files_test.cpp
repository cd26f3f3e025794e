// From what a user names to files.
#include "engine/model/model_files.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <unistd.h>

using namespace engine;

class ModelFilesTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    void touch(const QString& name) const {
        QVERIFY(QDir(m_folder.path()).mkpath(QFileInfo(name).path()));
        QFile file(m_folder.filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
    }
    // A safetensors file of no tensors that says it is a gate.
    void touchGate(const QString& name) const {
        touch(name);
        QFile file(m_folder.filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        const QByteArray header = R"({"__metadata__":{"inkgate.enhancement":"{}"}})";
        const auto length = static_cast<quint64>(header.size());
        file.write(reinterpret_cast<const char*>(&length), sizeof length);
        file.write(header);
    }
    [[nodiscard]] std::string at(const QString& name) const { return m_folder.filePath(name).toStdString(); }

private slots:
    void initTestCase() {
        QVERIFY(m_folder.isValid());
        for (const char* file : {"models/tales/base.safetensors",
                                 "models/tales/tokenizer.model",
                                 "models/verses/base.safetensors",
                                 "models/empty/notes.txt",
                                 "own/big.safetensors",
                                 "own/big.model",
                                 "own/other.safetensors",
                                 "words.txt",
                                 "parts/model-00001-of-00002.safetensors",
                                 "parts/model-00002-of-00002.safetensors",
                                 "parts/model.safetensors.index.json",
                                 "shards/model-00001-of-00002.safetensors",
                                 "shards/model-00002-of-00002.safetensors",
                                 "shards/rwkv_vocab_v20230424.txt",
                                 "torch/pytorch_model-00001-of-00002.bin",
                                 "torch/pytorch_model-00002-of-00002.bin",
                                 "torch/training_args.bin",
                                 "indexed/pytorch_model-00001-of-00002.bin",
                                 "indexed/pytorch_model-00002-of-00002.bin",
                                 "indexed/pytorch_model.bin.index.json",
                                 "locked/inside/model.safetensors",
                                 "single/RWKV-x060.pth",
                                 "single/README.md",
                                 "both/model.safetensors",
                                 "both/pytorch_model.bin"})
            touch(file);
        touchGate("models/tales/gated.safetensors");
        touchGate("own/fine.safetensors");
        qputenv("INKGATE_MODELS", m_folder.filePath("models").toUtf8());
    }

    void cleanupTestCase() { qunsetenv("INKGATE_MODELS"); }

    void embeddedModelsAreFoldersWithABase() {
        QCOMPARE(embeddedModelsFolder().string(), at("models"));
        QCOMPARE(embeddedModels(), (std::vector<std::string>{"tales", "verses"}));
        QCOMPARE(gatesOf("tales"), std::vector<std::string>{"gated"});
        QVERIFY(gatesOf("verses").empty());
        QVERIFY(gatesOf("nothing").empty());
    }

    void namesAndPathsAreFound() {
        const auto plain = findModelFiles("tales", "none");
        QVERIFY(plain.has_value());
        QCOMPARE(plain->name, std::string("tales"));
        QCOMPARE(plain->base.string(), at("models/tales/base.safetensors"));
        QVERIFY(!plain->gate.has_value());
        QCOMPARE(plain->vocabulary->string(), at("models/tales/tokenizer.model"));

        const auto gated = findModelFiles("tales", "gated", at("words.txt"));
        QCOMPARE(gated->gate->string(), at("models/tales/gated.safetensors"));
        QCOMPARE(gated->vocabulary->string(), at("words.txt"));

        const auto own = findModelFiles(at("own/big.safetensors"), "");
        QCOMPARE(own->name, std::string("big"));
        QCOMPARE(own->vocabulary->string(), at("own/big.model"));
        QCOMPARE(gatesOf(at("own/big.safetensors")), std::vector<std::string>{"fine"});
        QVERIFY(findModelFiles(at("own/big.safetensors"), at("models/tales/gated.safetensors"))
                    ->gate.has_value());
        QCOMPARE(findModelFiles(at("models/tales"), "gated")->name, std::string("tales"));
        QVERIFY(!findModelFiles("verses", "none")->vocabulary.has_value());
    }

    void aFolderOfOneModelIsThatModel() {
        const auto parts = findModelFiles(at("parts"), "none");
        QVERIFY2(parts.has_value(), parts ? "" : parts.error().message.c_str());
        QCOMPARE(parts->base.string(), at("parts/model.safetensors.index.json"));
        QCOMPARE(parts->name, std::string("parts"));
        QVERIFY(gatesOf(at("parts")).empty());
        QCOMPARE(findModelFiles(at("single"), "none")->base.string(), at("single/RWKV-x060.pth"));
        QCOMPARE(findModelFiles(at("both"), "none")->base.string(), at("both/model.safetensors"));
        const auto several = findModelFiles(at("own"), "none");
        QCOMPARE(several.error().code, ErrorCode::FileNotFound);
        QVERIFY(QString::fromStdString(several.error().message).contains("several"));
    }

    void numberedPartsOfAModelAreOne() {
        for (const auto& [folder, first] : {std::pair{"shards", "model-00001-of-00002.safetensors"},
                                            {"torch", "pytorch_model-00001-of-00002.bin"},
                                            {"indexed", "pytorch_model.bin.index.json"}}) {
            const auto found = findModelFiles(at(folder), "none");
            QVERIFY2(found.has_value(), found ? "" : found.error().message.c_str());
            QCOMPARE(found->base.string(), at(QString(folder) + "/" + first));
            QCOMPARE(found->name, std::string(folder));
        }
        QCOMPARE(findModelFiles(at("shards"), "none")->vocabulary->string(),
                 at("shards/rwkv_vocab_v20230424.txt"));
    }

    void aFolderThatIsNoModelSaysWhy() {
        const auto none = findModelFiles(at("models/empty"), "none");
        QVERIFY(QString::fromStdString(none.error().message).contains("holds no model"));
        const auto several = findModelFiles(at("own"), "none");
        QVERIFY(QString::fromStdString(several.error().message)
                    .contains("big.safetensors, fine.safetensors, ..."));
    }

    void withoutRightsThatIsSaid() {
        QVERIFY(QFile::setPermissions(m_folder.filePath("locked"), {}));
        const auto isRoot = ::geteuid() == 0; // who may read everything
        QVERIFY(QFile::setPermissions(m_folder.path(), QFile::permissions(m_folder.path()) |
                                                           QFile::ReadOther | QFile::ExeOther));
        QVERIFY(!isRoot || ::seteuid(65534) == 0);
        const auto folder = findModelFiles(at("locked"), "none");
        const auto inside = findModelFiles(at("locked/inside"), "none");
        const auto file = findModelFiles(at("locked/inside/model.safetensors"), "none");
        QVERIFY(!isRoot || ::seteuid(0) == 0);
        QVERIFY(QFile::setPermissions(m_folder.filePath("locked"),
                                      QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
        for (const auto* found : {&folder, &inside, &file}) {
            QCOMPARE(found->error().code, ErrorCode::FileUnreadable);
            const QString message = QString::fromStdString(found->error().message);
            QVERIFY2(message.contains("Permission denied") && message.contains("check your rights"),
                     qPrintable(message));
        }
    }

    void whatIsMissingIsSaidWithTheChoices() {
        const auto model = findModelFiles("novels", "none");
        QCOMPARE(model.error().code, ErrorCode::FileNotFound);
        QVERIFY(QString::fromStdString(model.error().message).contains("tales, verses"));
        const auto gate = findModelFiles("tales", "wide");
        QCOMPARE(gate.error().code, ErrorCode::FileNotFound);
        QVERIFY(QString::fromStdString(gate.error().message).contains("gated"));
        QCOMPARE(findModelFiles("tales", "none", at("absent.txt")).error().code, ErrorCode::FileNotFound);
        QCOMPARE(findModelFiles("", "none").error().code, ErrorCode::FileNotFound);
        QCOMPARE(findModelFiles("../models/tales", "none").error().code, ErrorCode::FileNotFound);
        QCOMPARE(findModelFiles(at("own"), "none").error().code, ErrorCode::FileNotFound);
    }
};

QTEST_GUILESS_MAIN(ModelFilesTest)
#include "model_files_test.moc"
