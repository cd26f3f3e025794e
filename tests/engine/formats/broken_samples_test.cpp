// Every file of tests/data/formats is broken in its own way (see the README there) and refused in one
// sentence.
#include "engine/formats/checkpoint.h"
#include "tests/engine/formats/refusal.h"

#include <QDir>
#include <QTest>

using namespace engine;

class BrokenSamplesTest : public QObject {
    Q_OBJECT

    const QDir m_folder{QStringLiteral(INKGATE_TEST_DATA_DIR "/formats")};

private slots:
    void areRefused_data() {
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* file, ErrorCode code, const char* says) {
            QTest::newRow(file) << int(code) << QString(says);
        };
        row("broken_cut.safetensors", ErrorCode::FileDamaged, "reach beyond the file");
        row("broken_duplicate.safetensors", ErrorCode::FileDamaged, "two tensors of this name");
        row("broken_header_length.safetensors", ErrorCode::FileDamaged, "100 MiB");
        row("broken_hole.safetensors", ErrorCode::FileDamaged, "leave a hole");
        row("broken_overflow.safetensors", ErrorCode::FileDamaged, "larger than any file");
        row("broken_overlap.safetensors", ErrorCode::FileDamaged, "overlap another tensor");
        row("broken_call.pth", ErrorCode::UnsupportedFormat, "call os.system");
        row("broken_chatrwkv.pth", ErrorCode::UnsupportedFormat, "ChatRWKV");
        row("broken_compressed.pth", ErrorCode::UnsupportedFormat, "compressed");
        row("broken_cut.pth", ErrorCode::FileDamaged, "cut short");
        row("broken_memo.pth", ErrorCode::FileDamaged, "memo");
        row("broken_overflow.pth", ErrorCode::FileDamaged, "larger than any file");
        row("broken_self.pth", ErrorCode::UnsupportedFormat, "no tensors");
        row("broken_storage.pth", ErrorCode::FileDamaged, "found 8 bytes");
        row("broken_view.pth", ErrorCode::FileDamaged, "outside its storage");
        row("broken_cut.bin", ErrorCode::FileDamaged, "cut short");
        row("broken_cut_between_tensors.bin", ErrorCode::FileDamaged, "head.weight");
        row("broken_k_quant.bin", ErrorCode::UnsupportedType, "type code 13");
        row("broken_old_q4_0.bin", ErrorCode::UnsupportedType, "outdated layout");
        row("broken_overflow.bin", ErrorCode::FileDamaged, "larger than any file");
        row("broken_alignment.gguf", ErrorCode::FileDamaged, "power of two, found 24");
        row("broken_architecture.gguf", ErrorCode::UnsupportedArchitecture, "llama");
        row("broken_count.gguf", ErrorCode::FileDamaged, "more than the file has room for");
        row("broken_cut.gguf", ErrorCode::FileDamaged, "found 123; the file is cut short");
        row("broken_iq2_xxs.gguf", ErrorCode::UnsupportedType, "iq2_xxs");
        row("broken_missing.gguf", ErrorCode::FileDamaged, "token_embd_norm.weight");
        row("broken_nested.gguf", ErrorCode::FileDamaged, "nested more than 4 deep");
        row("broken_overlap.gguf", ErrorCode::FileDamaged, "overlap those of output.weight");
        row("broken_version_1.gguf", ErrorCode::UnsupportedFormat, "found 1;");
    }

    void areRefused() {
        QFETCH(int, code);
        QFETCH(QString, says);
        const QString file = m_folder.filePath(QTest::currentDataTag());
        verifyRefused(Checkpoint::open(file.toStdString()), code, says, file);
    }

    // Sound but for whoever needs that tensor.
    void aTypeThatIsNotReadIsNamed() {
        const auto checkpoint =
            Checkpoint::open(m_folder.filePath("broken_float8.safetensors").toStdString());
        QVERIFY2(checkpoint, checkpoint ? "" : checkpoint.error().message.c_str());
        QVERIFY(checkpoint->tensors().empty());
        QCOMPARE(checkpoint->unread().size(), std::size_t{1});
        QCOMPARE(checkpoint->unread().front().kind, std::string("F8_E4M3"));
    }

    void areAllTested() { QCOMPARE(m_folder.entryList({"broken_*"}).size(), 30); }
};

QTEST_GUILESS_MAIN(BrokenSamplesTest)
#include "broken_samples_test.moc"
