// text_file_test.cpp: plain and packed texts read the same, whole or their beginning.
#include "engine/evaluation/text_file.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <zstd.h>

using namespace engine;

class TextFileTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::filesystem::path write(const char* name, const QByteArray& content) {
        QFile file(m_folder.filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("the test's folder is not writable");
        return file.fileName().toStdString();
    }
    static QByteArray pack(const QByteArray& content) {
        QByteArray packed(
            static_cast<qsizetype>(ZSTD_compressBound(static_cast<std::size_t>(content.size()))), '\0');
        const auto size = ZSTD_compress(packed.data(), static_cast<std::size_t>(packed.size()),
                                        content.constData(), static_cast<std::size_t>(content.size()), 3);
        return packed.first(static_cast<qsizetype>(size));
    }
    // Larger than zstd's own blocks.
    static QByteArray longText() {
        QByteArray text;
        for (int i = 0; i < 60000; ++i)
            text += "line " + QByteArray::number(i * 7919 % 60013) + "\n";
        return text;
    }

private slots:
    void plainAndPackedReadTheSame() {
        const QByteArray text = longText();
        const auto plain = readTextFile(write("plain", text));
        const auto packed = readTextFile(write("packed", pack(text)));
        QVERIFY(plain && packed);
        QVERIFY(*plain == text.toStdString());
        QVERIFY(*packed == *plain);
    }

    void severalFramesReadAsOne() {
        const auto read = readTextFile(write("frames", pack("one ") + pack("two")));
        QVERIFY(read && *read == "one two");
    }

    void emptyFilesAreEmptyTexts() {
        QVERIFY(readTextFile(write("empty", "")) == std::string());
        QVERIFY(readTextFile(write("packed empty", pack(""))) == std::string());
    }

    void aLimitCutsBetweenCharacters_data() {
        QTest::addColumn<int>("limit");
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("before") << 1 << QByteArray("a");
        QTest::newRow("in the first character") << 2 << QByteArray("a");
        QTest::newRow("after the first") << 3 << QByteArray("a\xC3\xA9");
        QTest::newRow("in the emoji") << 6 << QByteArray("a\xC3\xA9");
        QTest::newRow("after the emoji") << 7 << QByteArray("a\xC3\xA9\xF0\x9F\x98\x80");
        QTest::newRow("at the end") << 8 << QByteArray("a\xC3\xA9\xF0\x9F\x98\x80z");
        QTest::newRow("beyond") << 80 << QByteArray("a\xC3\xA9\xF0\x9F\x98\x80z");
    }
    void aLimitCutsBetweenCharacters() {
        QFETCH(int, limit);
        QFETCH(QByteArray, expected);
        const QByteArray text("a\xC3\xA9\xF0\x9F\x98\x80z");
        QVERIFY(readTextFile(write("limit", text), limit) == expected.toStdString());
        QVERIFY(readTextFile(write("limit.zst", pack(text)), limit) == expected.toStdString());
    }

    void cutPackedFilesAreErrors() {
        const QByteArray packed = pack(longText());
        for (const qsizetype size : {qsizetype{4}, qsizetype{9}, packed.size() / 2, packed.size() - 1}) {
            const auto read = readTextFile(write("cut", packed.first(size)));
            QVERIFY(!read);
            QCOMPARE(read.error().code, ErrorCode::FileDamaged);
            QVERIFY(read.error().message.find("cut") != std::string::npos);
        }
    }

    void anAbsentFileIsSaidToBeAbsent() {
        const auto read = readTextFile(m_folder.filePath("nowhere").toStdString());
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::FileNotFound);
    }
};

QTEST_GUILESS_MAIN(TextFileTest)
#include "text_file_test.moc"
