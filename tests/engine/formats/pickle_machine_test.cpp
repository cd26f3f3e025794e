// Pickles that no model has: each is refused with a reason or comes to nothing, and none costs much.
#include "engine/formats/torch/pickle_machine.h"
#include "tests/engine/formats/samples/sample_torch.h"

#include <QElapsedTimer>
#include <QTest>

using namespace engine;
using samples::PickleWriter;

namespace {

std::string repeated(std::string_view text, std::size_t times) {
    std::string result;
    for (std::size_t i = 0; i < times; ++i)
        result += text;
    return result;
}

// The program's bytes have to outlive what is read from them; here only the root's kind is looked at.
Expected<Pickle> read(const std::string& program) { return readPickle(std::as_bytes(std::span(program))); }

} // namespace

class PickleMachineTest : public QObject {
    Q_OBJECT

private slots:
    void soundProgramsAreRead_data() {
        QTest::addColumn<QByteArray>("program");
        QTest::addColumn<qlonglong>("value");
        using namespace std::string_literals;
        const auto row = [](const char* name, const std::string& program, qlonglong value) {
            QTest::newRow(name) << QByteArray::fromStdString(program) << value;
        };
        row("one byte", "\x80\2K\xff."s, 255);
        row("two bytes", "M\xff\xff."s, 65535);
        row("four bytes", "J\xfe\xff\xff\xff."s, -2);
        row("long of no bytes", "\x8a\0."s, 0);
        row("long of one byte", "\x8a\1\x80."s, -128);
        row("long of five bytes", "\x8a\5\0\0\0\0\1."s, 1ll << 32);
        row("long of eight bytes", "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f."s,
            std::numeric_limits<qlonglong>::max());
        row("long with a long length", "\x8b\1\0\0\0\7."s, 7);
        row("dropped", "K\7N0."s, 7);
        row("through the memo",
            "K\7q\3"
            "0h\3."s,
            7);
        row("through a long memo",
            "K\7r\0\1\0\0"
            "0j\0\1\0\0."s,
            7);
        row("memoized in turn", "K\7\x94N\x94\x30\x30h\0."s, 7);
        row("in a frame", "\x80\4\x95\3\0\0\0\0\0\0\0K\7."s, 7);
        row("with attributes", "K\7}b."s, 7);
        row("behind a list",
            "K\7](KKNe(G\0\0\0\0\0\0\0\0ta"
            "0."s,
            7);
        row("behind a list of one", "K\7]Na0."s, 7);
        row("in digits", "I7\n.", 7);
        row("long in digits", "L-7L\n.", -7);
        row("twice", "K\7\x32\x30.", 7);
        row("behind what a mark holds", "K\7(NN1."s, 7);
        row("through a memo in digits", "I7\np3\n0g3\n."s, 7);
        row("behind values of other protocols",
            "K\7(F1.5\nS'a'\nVb\nU\1cT\1\0\0\0dB\1\0\0\0eC\1f\x8d\1\0\0\0\0\0\0\0g\x8e\1\0\0\0\0\0\0\0h"
            "\x96\1\0\0\0\0\0\0\0i(l(d\x8f(N\x90(N\x91t0."s,
            7);
        row("behind a dict with other keys",
            "K\7}(K\1NNK\2u"
            "0."s,
            7);
    }

    void soundProgramsAreRead() {
        QFETCH(QByteArray, program);
        QFETCH(qlonglong, value);
        const auto pickle = read(program.toStdString());
        QVERIFY2(pickle, pickle.error().message.c_str());
        const auto* const integer = std::get_if<std::int64_t>(&pickle->root);
        QVERIFY(integer);
        QCOMPARE(qlonglong(*integer), value);
    }

    // Whatever a file wants to be called or made leaves nothing but the name of it.
    void callsLeaveTheirNames_data() {
        QTest::addColumn<QByteArray>("program");
        QTest::addColumn<QString>("maker");
        using namespace std::string_literals;
        const auto row = [](const char* name, const std::string& program, const char* maker) {
            QTest::newRow(name) << QByteArray::fromStdString(program) << QString(maker);
        };
        row("os.system", "\x80\2cos\nsystem\n(X\4\0\0\0truetR."s, "os.system");
        row("builtins.eval",
            "\x80\4\x8c\x08"
            "builtins\x8c\4eval\x93\x8c\1"
            "1\x85R."s,
            "builtins.eval");
        row("argparse.Namespace", "cargparse\nNamespace\n)\x81}X\1\0\0\0aK\1sb."s, "argparse.Namespace");
        row("with keywords", "cargparse\nNamespace\n)}\x92."s, "argparse.Namespace");
        row("old instance", "(K\1ios\nsystem\n."s, "os.system");
        row("old object", "(cos\nsystem\nK\1o."s, "os.system");
        row("call of what a call would have made", "cbuiltins\ngetattr\n)RX\1\0\0\0a\x85R."s,
            "builtins.getattr");
        row("object of what a call would have made", "cbuiltins\ntype\n)R)\x81."s, "builtins.type");
        row("with keys, values and items", "ccollections\ndefaultdict\n)RNNs(Ne(NNu."s,
            "collections.defaultdict");
        row("almost OrderedDict", "ccollections\nordereddict\n)R."s, "collections.ordereddict");
        row("OrderedDict made of values", "ccollections\nOrderedDict\n]\x85R."s, "collections.OrderedDict");
        row("tensor of a class, made by something else",
            "ctorch._tensor\n_rebuild_from_type_v2\n(cos\nsystem\nN)NtR."s,
            "torch._tensor._rebuild_from_type_v2");
        row("parameter of an object", "ctorch._utils\n_rebuild_parameter\ncos\nsystem\n)R\x85R."s,
            "os.system");
    }

    void callsLeaveTheirNames() {
        QFETCH(QByteArray, program);
        QFETCH(QString, maker);
        const std::string kept = program.toStdString(); // the names lie in it
        const auto pickle = read(kept);
        QVERIFY2(pickle, pickle ? "" : pickle.error().message.c_str());
        const auto* const object = std::get_if<PickleObject>(&pickle->root);
        QVERIFY(object);
        QCOMPARE(QString::fromStdString(std::string(object->maker->module) + "." +
                                        std::string(object->maker->name)),
                 maker);
    }

    void unknownStoragesKeepTheirNames_data() {
        QTest::addColumn<QByteArray>("storageClass");
        QTest::newRow("no known class") << QByteArray("ctorch\nQInt8Storage\n");
        QTest::newRow("another module") << QByteArray("cevil\nFloatStorage\n");
    }

    void unknownStoragesKeepTheirNames() {
        QFETCH(QByteArray, storageClass);
        using namespace std::string_literals;
        const std::string kept = "(X\7\0\0\0storage"s + storageClass.toStdString() +
                                 "X\1\0\0\0"
                                 "0NK\1tQ."s;
        const auto pickle = read(kept);
        QVERIFY2(pickle, pickle ? "" : pickle.error().message.c_str());
        const auto* const* const storage = std::get_if<const TorchStorage*>(&pickle->root);
        QVERIFY(storage && !(*storage)->type);
        QVERIFY(storageClass.contains(QByteArray::fromStdString(std::string((*storage)->name->name))));
    }

    void wrongProgramsAreRefused_data() {
        QTest::addColumn<QByteArray>("program");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("says");
        using namespace std::string_literals;
        const auto row = [](const char* name, const std::string& program, const char* says,
                            ErrorCode code = ErrorCode::FileDamaged) {
            QTest::newRow(name) << QByteArray::fromStdString(program) << int(code) << QString(says);
        };
        const auto foreign = ErrorCode::UnsupportedFormat;
        row("nothing", "", "cut short");
        row("no end", "N", "cut short");
        row("cut number", "J\1\2", "cut short");
        row("cut text", "X\5\0\0\0abcd", "cut short");
        row("text longer than memory", "X\xff\xff\xff\xff.", "cut short");
        row("integer longer than memory", "\x8b\xff\xff\xff\xff.", "cut short");
        row("cut name", "cos\nsystem", "cut short");
        row("newer protocol", "\x80\6N.", "found 6", foreign);
        row("unknown operation", "N\xff.", "byte 1: the pickle operation 0xff", foreign);
        row("buffer beside the pickle", "\x97.", "0x97", foreign);
        row("object of no class", "NN\x81.", "expected a class");
        row("old object of no class", "(o.", "expected a class");
        row("old instance without a mark", "ios\nsystem\n.", "lacks its mark");
        row("memo in words", "Nga\n.", "under 18446744073709551615");
        row("extension", "\x82\1.", "0x82", foreign);
        row("name of no text", "NN\x93.", "expected a name");
        row("call of no function", "N)R.", "expected a function");
        row("call without arguments", "ccollections\nOrderedDict\nNR.", "expected the arguments");
        row("parameter of nothing", "ctorch._utils\n_rebuild_parameter\n)R.", "parameter's tensor");
        row("parameter of no tensor", "ctorch._utils\n_rebuild_parameter\nN\x85R.", "parameter's tensor");
        row("tensor of nothing", "ctorch._utils\n_rebuild_tensor_v2\n)R.", "found 0 values");
        row("tensor of no storage", "ctorch._utils\n_rebuild_tensor_v2\n(NK\0))tR."s, "something else");
        row("end without a value", ".", "lacks its values");
        row("end with values left", "NN.", "left over");
        row("end with a mark left", "(N.", "left over");
        row("pop of nothing", "0N.", "lacks its values");
        row("pop of a mark", "N(0.", "lacks its values");
        row("tuple below a mark", "N(\x85.", "lacks its values");
        row("tuple without a mark", "Nt.", "lacks its mark");
        row("attributes of nothing", "}b.", "lacks its values");
        row("missing memo", "h\7.", "under 7");
        row("missing long memo", "j\xff\xff\xff\xff.", "under 4294967295");
        row("memo never filled", "Nq\7h\6.", "under 6");
        row("memo of nothing", "q\1N.", "lacks its values");
        row("memo far away", "Nr\xff\xff\xff\xff.", "memo of at most");
        row("append to nothing", "Na.", "lacks its values");
        row("append to a number", "K\1Na.", "expected a list");
        row("items of a number", "K\1(NNu.", "pairs for a dict");
        row("items by halves", "}(Nu.", "pairs for a dict");
        row("items without a mark", "}NNu.", "lacks its mark");
        row("persistent id of no tuple", "NQ.", "persistent id");
        row("persistent id of another kind", "(X\6\0\0\0moduleNNNNtQ."s, "persistent id");
        row("storage without a class",
            "(X\7\0\0\0storageNX\1\0\0\0"
            "0NK\1tQ."s,
            "class, key and size");
    }

    void wrongProgramsAreRefused() {
        QFETCH(QByteArray, program);
        QFETCH(int, code);
        QFETCH(QString, says);
        const auto pickle = read(program.toStdString());
        QVERIFY(!pickle);
        const QString message = QString::fromStdString(pickle.error().message);
        QVERIFY2(int(pickle.error().code) == code, qPrintable(message));
        QVERIFY2(message.contains(says), qPrintable(message));
    }

    void containersMayHoldThemselves() {
        const auto dict = read("}q" + std::string(1, '\0') + "X" + std::string("\1\0\0\0a", 5) + "h" +
                               std::string(1, '\0') + "s.");
        QVERIFY2(dict, dict.error().message.c_str());
        auto* const* const self = std::get_if<PickleDict*>(&dict->root);
        QVERIFY(self && (*self)->entries.size() == 1);
        QCOMPARE(std::get<PickleDict*>((*self)->entries[0].second), *self);
        using namespace std::string_literals;
        QVERIFY(read("]q\0h\0a."s));
        QVERIFY(read("]q\0(h\0h\0e\x85q\1\x30h\1."s));
    }

    void manyValuesAndDeepNestingEnd_data() {
        QTest::addColumn<QByteArray>("program");
        QTest::addColumn<bool>("isSound");
        using namespace std::string_literals;
        const auto row = [](const char* name, const std::string& program, bool isSound) {
            QTest::newRow(name) << QByteArray::fromStdString(program) << isSound;
        };
        const std::size_t many = 3u << 20;
        row("tuples in tuples", ")"s + repeated("\x85", 500000) + ".", true);
        row("dicts in dicts", repeated("}N", 300000) + "}"s + repeated("s", 300000) + ".", true);
        row("lists in lists", repeated("]", 500000) + repeated("a", 499999) + ".", true);
        row("more tuples in tuples", ")"s + repeated("\x85", many) + ".", false);
        row("values", repeated("N", many), false);
        row("marks", repeated("(", many), false);
        row("empty dicts", repeated("}0", many), false);
        row("empty tuples", repeated(")0", many), false);
        row("names", repeated("c\n\n0", many), false);
        row("memo", "N"s + repeated("\x94", many), false);
        row("entries of one dict", "}"s + repeated("NNs", many), false);
        row("a tuple doubled again and again", "K\1"s + repeated("\x94h\0\x86q\0"s, 40) + ".", true);
    }

    void manyValuesAndDeepNestingEnd() {
        QFETCH(QByteArray, program);
        QFETCH(bool, isSound);
        QElapsedTimer timer;
        timer.start();
        const auto pickle = read(program.toStdString());
        QCOMPARE(pickle.has_value(), isSound);
        if (!isSound)
            QVERIFY2(pickle.error().message.find("at most 1048576") != std::string::npos,
                     pickle.error().message.c_str());
        QVERIFY2(timer.elapsed() < 20000, "took longer than any machine needs");
    }

    void longProgramsAreRefusedUnread() {
        const std::string program(65u << 20, 'N');
        const auto pickle = read(program);
        QVERIFY(!pickle);
        QVERIFY2(pickle.error().message.find("64 MiB") != std::string::npos, pickle.error().message.c_str());
    }
};

QTEST_GUILESS_MAIN(PickleMachineTest)
#include "pickle_machine_test.moc"
