// text_file_test.cpp: plain and packed texts read the same, whole or their beginning.
#include "engine/text/text_file.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>
#include <thread>
#include <unistd.h>
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

    // A mark at the beginning and the line ends of a system are not part of what is said.
    void markAndLineEndsDoNotCount() {
        const std::string text = "Once upon a time\nthere was a girl\n";
        QVERIFY(readTextFile(write("mark", "\xEF\xBB\xBF" + QByteArray::fromStdString(text))) == text);
        QVERIFY(readTextFile(write("crlf", QByteArray::fromStdString(text).replace("\n", "\r\n"))) == text);
        QVERIFY(readTextFile(write("cr", QByteArray::fromStdString(text).replace('\n', '\r'))) == text);
        QVERIFY(readTextFile(write("packed", pack("\xEF\xBB\xBF"
                                                  "a\r\nb"))) == std::string("a\nb"));
        // A limit is one of the text, not of the file.
        QVERIFY(readTextFile(write("limit", "\xEF\xBB\xBF"
                                            "a\r\nb\r\nc"),
                             4) == std::string("a\nb\n"));
        const QByteArray wide("O\0n\0c\0e\0 \0u\0p\0o\0n\0", 18);
        QVERIFY(readTextFile(write("utf-16", "\xFF\xFE" + wide), 6) == std::string("Once u"));
    }

    // Pipes and what the system makes up have no size to go by.
    void pipesAreReadToTheirEnd() {
        const QByteArray text = longText();
        const auto name = m_folder.filePath("pipe").toStdString();
        QCOMPARE(::mkfifo(name.c_str(), 0600), 0);
        std::thread writer([&] {
            QFile pipe(QString::fromStdString(name));
            if (pipe.open(QIODevice::WriteOnly | QIODevice::Unbuffered))
                for (qsizetype at = 0; at < text.size(); at += 1000)
                    pipe.write(text.mid(at, 1000));
        });
        const auto read = readTextFile(name);
        writer.join();
        QVERIFY(read && *read == text.toStdString());

        int ends[2] = {};
        QCOMPARE(::pipe(ends), 0);
        QCOMPARE(::write(ends[1], "through a pipe\r\n", 16), ssize_t{16});
        ::close(ends[1]);
        QVERIFY(readTextFile("/dev/fd/" + std::to_string(ends[0])) == std::string("through a pipe\n"));
        ::close(ends[0]);

        const auto version = readTextFile("/proc/version"); // its size is 0
        QVERIFY(version && version->size() > 10);
        QVERIFY(readTextFile("/dev/null") == std::string());
    }

    void aDamagedTextIsRefusedWithItsPlace() {
        const auto path = write("damaged", "One\nOnce \xFF upon\n");
        const auto read = readTextFile(path);
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::InvalidText);
        for (const char* part : {"damaged", "line 2, byte 6", "offset 9"})
            QVERIFY2(read.error().message.find(part) != std::string::npos, read.error().message.c_str());
        // Whoever can show the place gets the text with a mark there.
        const auto marked = readDecodedText(path);
        QVERIFY(marked && marked->text == "One\nOnce \xEF\xBF\xBD upon\n" && marked->damages == 1);
    }

    void aTextMayBeTooLarge() {
        const auto path = write("large", QByteArray(3 << 20, 'a'));
        QVERIFY(readDecodedText(path, {.keptBytes = 0, .largestBytes = 3 << 20}));
        const auto refused = readDecodedText(path, {.keptBytes = 0, .largestBytes = 2 << 20});
        QVERIFY(!refused && refused.error().message.find("2 MB") != std::string::npos);
    }

    void foldersAreSaidToBeUnreadable() {
        QCOMPARE(readTextFile(m_folder.path().toStdString()).error().code, ErrorCode::FileUnreadable);
    }

    void anAbsentFileIsSaidToBeAbsent() {
        const auto read = readTextFile(m_folder.filePath("nowhere").toStdString());
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::FileNotFound);
    }
};

QTEST_GUILESS_MAIN(TextFileTest)
#include "text_file_test.moc"
