// PyTorch's archives as torch.save would never write them.
#include "engine/formats/checkpoint.h"
#include "tests/engine/formats/format_test.h"
#include "tests/engine/formats/refusal.h"
#include "tests/engine/formats/samples/sample_torch.h"
#include "tests/engine/formats/torch_archives.h"

#include <QElapsedTimer>
#include <QTest>

#include <algorithm>
#include <cstring>
#include <limits>

using namespace engine;
using samples::Bytes;
using samples::PickleWriter;
using samples::TorchView;
using samples::Version;
using samples::ZipMember;
using namespace test;

Q_DECLARE_METATYPE(samples::Bytes)
Q_DECLARE_METATYPE(samples::TorchView)

class TorchRefusalTest : public FormatTest {
    Q_OBJECT

public:
    TorchRefusalTest()
        : FormatTest("model.pth") {}

private slots:
    void severalModelsInOneFileAreRefused() {
        PickleWriter pickle;
        pickle.raw("}(").text("student").raw("}").text("emb.weight");
        samples::appendTensor(pickle, view(0, {3, 4}, {4, 1}));
        pickle.raw("s").text("teacher").raw("}").text("emb.weight");
        samples::appendTensor(pickle, view(0, {3, 4}, {4, 1}));
        verifyRefused(open(withPickle(pickle.raw("su.").bytes())), int(ErrorCode::UnsupportedFormat),
                      "\"student\" and \"teacher\"", m_dir.filePath("model.pth"));
    }

    // A factor that is the same few values again and again would be copied for each of its names.
    void copyingHasAnEnd() {
        std::vector<std::pair<std::string, TorchView>> tensors{
            {"model.embeddings.weight", view(0, {1000, 100}, {100, 1}, 100000)},
            {"model.layers.0.attn.r_k", view(0, {1, 100}, {100, 1}, 100000)}};
        for (int i = 0; i < 20; ++i)
            tensors.emplace_back("model.layers." + std::to_string(i) + ".attn.w_lora.lora.0.weight",
                                 view(0, {1000, 100}, {100, 1}, 100000));
        verifyRefused(open(samples::torchFile(tensors, {counted(100000)})), int(ErrorCode::FileDamaged),
                      "over and over", m_dir.filePath("model.pth"));
    }

    void wrongViewsAreRefused_data() {
        QTest::addColumn<TorchView>("view");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* name, const TorchView& view, const char* says) {
            QTest::newRow(name) << view << QString(says);
        };
        constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
        row("one element too many", view(1, {12}, {1}), "outside its storage");
        row("one row too many", view(0, {4, 4}, {4, 1}), "outside its storage");
        row("negative offset", view(-1, {4}, {1}), "outside its storage");
        row("negative stride", view(11, {4}, {-1}), "outside its storage");
        row("negative stride of nothing", view(0, {0}, {-1}), "outside its storage");
        row("negative size", view(0, {-4}, {1}), "negative dimension");
        row("offset that overflows", view(kHuge, {4}, {1}), "outside its storage");
        row("stride that overflows", view(0, {4}, {kHuge}), "outside its storage");
        row("strides that overflow together", view(0, {2, 2, 2}, {kHuge, kHuge, 2}), "outside its storage");
        row("sizes that overflow", view(0, {1ll << 32, 1ll << 32}, {0, 0}), "larger than any file");
        row("bytes that overflow", view(0, {1ll << 62}, {0}), "larger than any file");
        row("more bytes than the file", view(0, {1ll << 40}, {0}), "over and over");
        row("fewer strides than sizes", view(0, {3, 4}, {1}), "as many strides");
        row("nine dimensions", view(0, Shape(9, 1), Shape(9, 1)), "at most 8 dimensions");
        row("storage larger than its member", view(0, {12}, {1}, 13), "found 48 bytes");
        row("storage that overflows", view(0, {12}, {1}, kHuge), "found 48 bytes");
        row("negative storage", view(0, {0}, {1}, -1), "storage of -1");
        TorchView other = view(0, {12}, {1});
        other.key = "1";
        row("missing storage", other, "no member archive/data/1");
        other.key = std::string(100, '0');
        row("storage with a long key", other, "no storage 000");
    }

    void wrongViewsAreRefused() {
        QFETCH(TorchView, view);
        QFETCH(QString, says);
        const auto checkpoint = open(oneTensor(view));
        QVERIFY(!checkpoint);
        const QString message = QString::fromStdString(checkpoint.error().message);
        QVERIFY2(message.startsWith(m_dir.filePath("model.pth")) && message.contains(says),
                 qPrintable(message));
    }

    void wrongArchivesAreRefused_data() {
        QTest::addColumn<Bytes>("file");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* name, const Bytes& file, const char* says,
                            ErrorCode code = ErrorCode::UnsupportedFormat) {
            QTest::newRow(name) << file << int(code) << QString(says);
        };
        const auto damaged = ErrorCode::FileDamaged;
        row("another archive", samples::zip({{"word/document.xml", samples::bytesOf("<x/>"), 8}}),
            "not a PyTorch model");
        row("compressed pickle", changed([](auto& members) { members[0].method = 8; }),
            "data.pkl is compressed");
        row("compressed storage", changed([](auto& members) { members[2].method = 8; }),
            "data/0 is compressed");
        row("encrypted", changed([](auto& members) { members[2].flags |= 1; }), "data/0 is encrypted");
        row("big-endian", changed([](auto& members) { members[1].bytes = samples::bytesOf("big"); }),
            "found \"big\"");
        row("two models", changed([](auto& members) {
                members.push_back({"b/data.pkl", {}});
            }),
            "found several");
        row("long folder name", changed([](auto& members) {
                for (ZipMember& member : members)
                    member.name.insert(0, 300, 'a');
            }),
            "307 bytes", damaged);
        row("two members of one name", changed([](auto& members) { members.push_back(members[2]); }),
            "two members", damaged);
        row("no storage", changed([](auto& members) { members.erase(members.begin() + 2); }),
            "no member archive/data/0", damaged);
        row("empty pickle", withPickle(""), "data.pkl: the pickle ends", damaged);
        row("no dict", withPickle("\x80\2]."), "expected a dict");
        row("no tensors", withPickle("\x80\2}."), "no tensors");
        row("call", withPickle("\x80\2cos\nsystem\n)R."), "the file wants to call os.system");
        PickleWriter converted;
        converted.raw("}(").text("emb.weight");
        samples::appendTensor(converted, view(0, {12}, {1}));
        converted.text("_strategy")
            .text("cuda fp16")
            .text("_rescale_layer")
            .integer(6)
            .text("_version")
            .integer(6);
        row("from ChatRWKV", withPickle(converted.raw("u.").bytes()), "ChatRWKV");
        row("two tensors of one name",
            samples::torchFile({{"t", view(0, {12}, {1})}, {"t", view(0, {4}, {1})}}, {counted(12)}),
            "two tensors of this name", damaged);
        row("two tensors of one name behind a prefix",
            samples::torchFile({{"t", view(0, {12}, {1})}, {"_forward_module.t", view(0, {4}, {1})}},
                               {counted(12)}),
            "two tensors of this name", damaged);
        row("tensor without a name", samples::torchFile({{"", view(0, {12}, {1})}}, {counted(12)}),
            "printable characters", damaged);
        row("unprintable name", samples::torchFile({{"t\n", view(0, {12}, {1})}}, {counted(12)}),
            "t?: expected", damaged);
        row("long name", samples::torchFile({{std::string(1025, 't'), view(0, {12}, {1})}}, {counted(12)}),
            "1 to 1024", damaged);
        row("old PyTorch", samples::bytesOf("\x80\2\x8a\x0al\xfc\x9c\x46\xf9 j\xa8P\x19."),
            "before version 1.6");
    }

    void wrongArchivesAreRefused() {
        QFETCH(Bytes, file);
        QFETCH(int, code);
        QFETCH(QString, says);
        verifyRefused(open(file), code, says, m_dir.filePath("model.pth"));
    }

    // A text in the memo costs a file three bytes each time it is used, and may be long.
    void repeatedTextsCostNothing() {
        PickleWriter pickle;
        samples::appendTensor(pickle.raw("}"), view(0, {12}, {1}));
        pickle.raw("r").raw(std::string("\xff\0\1\0", 4)).raw("0").text(std::string(8u << 20, 't'));
        pickle.raw("r").raw(std::string("\xfe\0\1\0", 4)).raw("0(");
        const std::string entry = std::string("j\xfe\0\1\0j\xff\0\1\0", 10);
        for (int i = 0; i < 200000; ++i)
            pickle.raw(entry);
        QElapsedTimer timer;
        timer.start();
        const auto checkpoint = open(withPickle(pickle.raw("u.").bytes()));
        QVERIFY(!checkpoint);
        QVERIFY2(checkpoint.error().message.find("1 to 1024") != std::string::npos,
                 checkpoint.error().message.c_str());
        QVERIFY2(timer.elapsed() < 20000, "took longer than any machine needs");
    }

    // One storage under a hundred names is a hundred times its size to whoever reads all tensors.
    void sharingHasAnEnd() {
        std::vector<std::pair<std::string, TorchView>> tensors;
        for (int i = 0; i < 100; ++i)
            tensors.emplace_back(std::to_string(i), view(0, {100000}, {1}, 100000));
        const auto checkpoint = open(samples::torchFile(tensors, {counted(100000)}));
        QVERIFY(!checkpoint);
        QVERIFY2(checkpoint.error().message.find("over and over") != std::string::npos,
                 checkpoint.error().message.c_str());
    }

    // Damage to the pickle and the directory, where a wrong byte matters; damaged_files_test.cpp flips bits
    // everywhere.
    void noWrongByteCrashes_data() {
        QTest::addColumn<bool>("isZip64");
        QTest::newRow("zip64") << true;
        QTest::newRow("zip") << false;
    }

    void noWrongByteCrashes() {
        QFETCH(bool, isZip64);
        PickleWriter pickle;
        pickle.global("collections", "OrderedDict").raw(")R(").text("t").put();
        TorchView parameter = view(0, {4, 3}, {1, 4});
        parameter.isParameter = true;
        samples::appendTensor(pickle, parameter);
        pickle.text("u");
        samples::appendTensor(pickle, view(4, {2, 2}, {4, 1}));
        const auto members = samples::torchMembers(pickle.raw("u}b.").bytes(), {counted(12)});
        const Bytes file = samples::zip(members, isZip64);
        QVERIFY(open(file));
        const std::size_t pickleEnd = 64 + pickle.bytes().size();
        const auto directory = std::ranges::search(file, samples::bytesOf("PK\1\2")).begin() - file.begin();
        int accepted = 0, refused = 0;
        for (std::size_t at = 4; at < file.size(); ++at) {
            if (at == pickleEnd)
                at = static_cast<std::size_t>(directory);
            for (const int flip : {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xFF}) {
                Bytes damaged = file;
                damaged[at] ^= static_cast<std::byte>(flip);
                const auto checkpoint = open(damaged);
                checkpoint ? ++accepted : ++refused;
                if (!checkpoint) {
                    QVERIFY2(checkpoint.error().code != ErrorCode::Internal &&
                                 checkpoint.error().code != ErrorCode::OutOfMemory,
                             checkpoint.error().message.c_str());
                    continue;
                }
                for (const TensorInfo& tensor : checkpoint->tensors())
                    static_cast<void>(checkpoint->readFloat32(tensor.name, tensor.shape));
            }
        }
        QVERIFY2(accepted > 100 && refused > 100,
                 qPrintable(QString("%1 accepted, %2 refused").arg(accepted).arg(refused)));
    }

    // What the end record and the directory say about places and sizes, replaced by extremes.
    void noWrongNumberCrashes() {
        for (const bool isZip64 : {true, false}) {
            const Bytes file = samples::torchFile(samples::officialModel(Version::V7, {1, 2, 1, 4, 4, 1}),
                                                  {.isZip64 = isZip64});
            for (std::size_t at = file.size() - 600; at + 8 <= file.size(); ++at)
                for (const std::uint64_t number :
                     {~std::uint64_t{0}, std::uint64_t{1} << 63, std::uint64_t{0x7FFFFFFF7FFFFFFF},
                      std::uint64_t{0}, std::uint64_t{file.size()}, ~std::uint64_t{0} - 20}) {
                    Bytes damaged = file;
                    std::memcpy(damaged.data() + at, &number, sizeof number);
                    if (const auto checkpoint = open(damaged))
                        QCOMPARE(checkpoint->fingerprint()->size(), std::size_t{64});
                }
        }
    }
};

QTEST_GUILESS_MAIN(TorchRefusalTest)
#include "torch_refusal_test.moc"
