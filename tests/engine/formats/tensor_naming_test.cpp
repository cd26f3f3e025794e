// One model under every name that files have for its tensors, as safetensors and as pickle, in one file and
// in several, opens as the same official tensors.
#include "engine/formats/checkpoint.h"
#include "tests/engine/formats/samples/sample_naming.h"
#include "tests/engine/formats/samples/sample_safetensors.h"
#include "tests/engine/formats/samples/sample_torch.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace engine;
using samples::NamingConvention;
using samples::Version;
using Model = std::vector<samples::Tensor>;

class TensorNamingTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;

    std::filesystem::path at(const char* name) const { return m_folder->filePath(name).toStdString(); }
    void write(const char* name, const QByteArray& content) const {
        QFile file(m_folder->filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
    }

    static void compare(const Expected<Checkpoint>& found, const Model& official) {
        QVERIFY2(found.has_value(), found ? "" : found.error().message.c_str());
        QCOMPARE(found->tensors().size(), official.size());
        for (const samples::Tensor& tensor : official) {
            const auto values = found->readFloat32(tensor.name, tensor.shape);
            QVERIFY2(values.has_value(), values ? "" : values.error().message.c_str());
            QVERIFY2(std::equal(tensor.values.begin(), tensor.values.end(), values->data(),
                                values->data() + values->size()),
                     tensor.name.c_str());
        }
    }

    // The model in two files, of every second tensor each, and their index.
    void writeParts(const Model& model) const {
        Model parts[2];
        QByteArray map;
        for (std::size_t i = 0; i < model.size(); ++i) {
            parts[i % 2].push_back(model[i]);
            map += (map.isEmpty() ? "" : ",") + QByteArray("\"") + model[i].name.c_str() + "\":\"part-" +
                   QByteArray::number(int(i % 2) + 1) + ".safetensors\"";
        }
        samples::writeFile(at("part-1.safetensors"), samples::safetensors(parts[0]));
        samples::writeFile(at("part-2.safetensors"), samples::safetensors(parts[1]));
        write("model.safetensors.index.json", R"({"metadata":{"total_size":1},"weight_map":{)" + map + "}}");
    }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void namesAreMadeOfficial_data() {
        QTest::addColumn<int>("version");
        QTest::addColumn<const NamingConvention*>("convention");
        const auto row = [](const char* name, Version version, const NamingConvention& convention) {
            QTest::newRow(name) << int(version) << &convention;
        };
        row("Hugging Face, RWKV-5.2", Version::V5_2, samples::kHuggingFace5);
        row("Hugging Face, RWKV-6", Version::V6, samples::kHuggingFace);
        row("flash-linear-attention, RWKV-7", Version::V7, samples::kFla);
        row("web-rwkv, RWKV-5.2", Version::V5_2, samples::kWebRwkv5);
        row("web-rwkv, RWKV-6", Version::V6, samples::kWebRwkv6);
        row("web-rwkv, RWKV-7", Version::V7, samples::kWebRwkv7);
    }

    void namesAreMadeOfficial() {
        QFETCH(int, version);
        QFETCH(const NamingConvention*, convention);
        const Model official = samples::officialModel(Version(version), {});
        const Model renamed = convention->apply(official);
        QVERIFY(
            !std::equal(official.begin(), official.end(), renamed.begin(),
                        [](const auto& a, const auto& b) { return a.name == b.name && a.shape == b.shape; }));
        samples::writeFile(at("model.safetensors"), samples::safetensors(renamed));
        compare(Checkpoint::open(at("model.safetensors")), official);
        writeParts(renamed);
        compare(Checkpoint::open(at("model.safetensors.index.json")), official);
        samples::writeFile(at("pytorch_model.bin"), samples::torchFile(renamed));
        compare(Checkpoint::open(at("pytorch_model.bin")), official);
        samples::writeFile(
            at("wrapped.pth"),
            samples::torchFile(renamed, {.isTransposed = true, .under = "module", .prefix = "module."}));
        compare(Checkpoint::open(at("wrapped.pth")), official);
    }

    void stackedMixesAreTakenApart_data() {
        QTest::addColumn<bool>("isFlat");
        QTest::newRow("[6,C]") << true;
        QTest::newRow("[6,1,1,C]") << false;
    }

    void stackedMixesAreTakenApart() {
        QFETCH(bool, isFlat);
        const Model official = samples::officialModel(Version::V7, {});
        const Model stacked = samples::withStackedMixes(samples::kFla.apply(official), isFlat);
        QCOMPARE(stacked.size() + 10, official.size());
        samples::writeFile(at("model.safetensors"), samples::safetensors(stacked));
        compare(Checkpoint::open(at("model.safetensors")), official);
        samples::writeFile(at("pytorch_model.bin"), samples::torchFile(stacked));
        compare(Checkpoint::open(at("pytorch_model.bin")), official);
    }

    // torch.compile of a part of the model, and data parallelism around that.
    void wrappersInsideANameAreTakenOff() {
        const Model official = samples::officialModel(Version::V6, {});
        Model wrapped = official;
        for (samples::Tensor& tensor : wrapped) {
            if (tensor.name.starts_with("blocks.1."))
                tensor.name.insert(9, "_orig_mod.");
            tensor.name.insert(0, "module.");
        }
        samples::writeFile(at("model.safetensors"), samples::safetensors(wrapped));
        const auto checkpoint = Checkpoint::open(at("model.safetensors"));
        compare(checkpoint, official);
        QCOMPARE(checkpoint->find("blocks.1.ln1.bias")->shownName(),
                 std::string("module.blocks.1._orig_mod.ln1.bias"));
    }

    // As the model itself, and not as the copy of it that somebody put beside it.
    void partsOfSomethingLargerAreFound() {
        const Model official = samples::officialModel(Version::V6, {});
        Model larger;
        for (const char* prefix : {"net.", "average.net."})
            for (samples::Tensor tensor : official) {
                tensor.name.insert(0, prefix);
                larger.push_back(std::move(tensor));
            }
        samples::writeFile(at("model.safetensors"), samples::safetensors(larger));
        const auto checkpoint = Checkpoint::open(at("model.safetensors"));
        QVERIFY2(checkpoint, checkpoint ? "" : checkpoint.error().message.c_str());
        QCOMPARE(checkpoint->find("emb.weight")->shownName(), std::string("net.emb.weight"));
        QVERIFY(checkpoint->find("blocks.1.att.key.weight") && checkpoint->find("average.net.emb.weight"));
    }

    // Names of the model's own keep their places however much else is in the file.
    void namesOutsideTheModelAreKept() {
        Model official = samples::officialModel(Version::V6, {});
        for (const char* name : {"model.layers.0.attn.r_k", "extra module.weight", "ema.emb.weight"})
            official.push_back({name, {2}, {1, 2}});
        samples::writeFile(at("model.safetensors"), samples::safetensors(official));
        compare(Checkpoint::open(at("model.safetensors")), official);
    }

    void tensorsInsideABlockStayInside_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"blocks.1.ffn.enn.weight", "blk.1.ffn_enn.weight"})
            QTest::newRow(name) << QString(name);
    }

    void tensorsInsideABlockStayInside() {
        QFETCH(QString, name);
        Model official = samples::officialModel(Version::V7, {});
        official.push_back({name.toStdString(), {2}, {1, 2}});
        samples::writeFile(at("model.safetensors"), samples::safetensors(official));
        const auto checkpoint = Checkpoint::open(at("model.safetensors"));
        QVERIFY(checkpoint);
        const auto found =
            std::ranges::find(checkpoint->tensors(), name.toStdString(), &TensorInfo::shownName);
        QVERIFY(found != checkpoint->tensors().end() && found->name.starts_with("blocks.1."));
    }

    // A model in numbered files needs no index, whichever of them is named.
    void numberedPartsAreOneModel_data() {
        QTest::addColumn<bool>("isTorch");
        QTest::newRow("safetensors") << false;
        QTest::newRow("PyTorch") << true;
    }

    void numberedPartsAreOneModel() {
        QFETCH(bool, isTorch);
        const Model official = samples::officialModel(Version::V7, {});
        const Model renamed = samples::kFla.apply(official);
        const QString name =
            isTorch ? "pytorch_model-0000%1-of-00003.bin" : "model-0000%1-of-00003.safetensors";
        Model parts[3];
        for (std::size_t i = 0; i < renamed.size(); ++i)
            parts[i % 3].push_back(renamed[i]);
        for (int i = 0; i < 3; ++i)
            samples::writeFile(at(qPrintable(name.arg(i + 1))),
                               isTorch ? samples::torchFile(parts[i]) : samples::safetensors(parts[i]));
        for (int i = 0; i < 3; ++i) {
            const auto checkpoint = Checkpoint::open(at(qPrintable(name.arg(i + 1))));
            compare(checkpoint, official);
            QCOMPARE(checkpoint->format(), std::string(isTorch ? "pytorch" : "safetensors"));
        }
        QVERIFY(QFile::remove(m_folder->filePath(name.arg(2))));
        const auto incomplete = Checkpoint::open(at(qPrintable(name.arg(1))));
        QVERIFY(!incomplete);
        QCOMPARE(incomplete.error().code, ErrorCode::FileNotFound);
        const QString message = QString::fromStdString(incomplete.error().message);
        QVERIFY2(message.contains("part 1 of 3") && message.contains(name.arg(2)) && !message.contains('\n'),
                 qPrintable(message));
    }

    void numbersThatAreNoneMakeNoParts_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"model-1-of-1.safetensors", "model-4-of-3.safetensors",
                                 "model-0-of-2.safetensors", "model-01-of-2.safetensors", "-of-2.safetensors",
                                 "model-x-of-2.safetensors", "best-of-2.safetensors"})
            QTest::newRow(name) << QString(name);
    }

    void numbersThatAreNoneMakeNoParts() {
        QFETCH(QString, name);
        const Model official = samples::officialModel(Version::V6, {});
        samples::writeFile(at(qPrintable(name)), samples::safetensors(official));
        compare(Checkpoint::open(at(qPrintable(name))), official);
    }

    void officialNamesAreKept_data() {
        QTest::addColumn<int>("version");
        QTest::newRow("RWKV-5.2") << int(Version::V5_2);
        QTest::newRow("RWKV-6") << int(Version::V6);
        QTest::newRow("RWKV-7") << int(Version::V7);
    }

    void officialNamesAreKept() {
        QFETCH(int, version);
        for (const samples::Sizes& sizes :
             {samples::Sizes{}, samples::Sizes{1, 4, 2, 4, 8, 16}}) { // a rank above the width, too
            const Model official = samples::officialModel(Version(version), sizes);
            samples::writeFile(at("model.safetensors"), samples::safetensors(official));
            compare(Checkpoint::open(at("model.safetensors")), official);
            writeParts(official);
            compare(Checkpoint::open(at("model.safetensors.index.json")), official);
        }
    }

    // Whose group norm divides by the head size.
    void flaModelsKeepTheirEpsilon() {
        const Model renamed = samples::kFla.apply(samples::officialModel(Version::V7, {}));
        samples::writeFile(at("model.safetensors"), samples::safetensors(renamed));
        const auto checkpoint = Checkpoint::open(at("model.safetensors"));
        QVERIFY(checkpoint.has_value());
        QCOMPARE(checkpoint->metadata().at("inkgate.group_norm_epsilon"), std::string("4e-05"));
    }

    void wrongSetsAreRefusedInOneSentence() {
        const auto messageOf = [&] {
            const auto checkpoint = Checkpoint::open(at("model.safetensors.index.json"));
            return checkpoint ? QString("opened") : QString::fromStdString(checkpoint.error().message);
        };
        const Model model = samples::officialModel(Version::V6, {});
        writeParts(model);
        QVERIFY(QFile::remove(m_folder->filePath("part-2.safetensors")));
        QVERIFY2(messageOf().contains("part-2.safetensors") && messageOf().contains("2 files"),
                 qPrintable(messageOf()));

        samples::writeFile(at("part-2.safetensors"),
                           samples::safetensors(model)); // what the first has, again
        QVERIFY2(messageOf().contains("two tensors of this name"), qPrintable(messageOf()));

        writeParts(model);
        QFile part(m_folder->filePath("part-1.safetensors"));
        QVERIFY(part.resize(part.size() - 1));
        QVERIFY2(messageOf().contains("part-1.safetensors") && messageOf().contains("cut short"),
                 qPrintable(messageOf()));

        for (const char* name : {"../part-1.safetensors", "/etc/passwd", "", ".hidden", "a\\u0000b"}) {
            write("model.safetensors.index.json", QByteArray(R"({"weight_map":{"a":")") + name + "\"}}");
            QVERIFY2(messageOf().contains("not the name of a file beside it"), qPrintable(messageOf()));
        }
        write("model.safetensors.index.json", R"({"weight_map":{"a":[1]}})");
        QVERIFY2(messageOf().contains("not a name"), qPrintable(messageOf()));
        write("model.safetensors.index.json", QByteArray(200'000, '[').prepend(R"({"weight_map":)"));
        QVERIFY2(messageOf().contains("without a weight_map"), qPrintable(messageOf()));
    }
};

QTEST_GUILESS_MAIN(TensorNamingTest)
#include "tensor_naming_test.moc"
