#include "engine/core/file_bytes.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <cstring>
#include <sys/stat.h>
#include <utility>

using namespace engine;

class FileBytesTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_dir;

    std::filesystem::path path(const char* name) const { return m_dir.filePath(name).toStdString(); }
    std::filesystem::path write(const char* name, const QByteArray& content) const {
        QFile file(m_dir.filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("cannot write the test's own file");
        return path(name);
    }
    // Many chunks, and bytes that tell where they come from.
    static QByteArray longContent() {
        QByteArray content(3'000'001, '\0');
        for (qsizetype i = 0; i < content.size(); ++i)
            content[i] = static_cast<char>(i * 7919 >> 8);
        return content;
    }
    static bool isSame(std::span<const std::byte> bytes, const QByteArray& content, std::size_t from = 0) {
        return std::memcmp(bytes.data(), content.constData() + from, bytes.size()) == 0;
    }

private slots:
    void allOfIt() {
        const QByteArray content = longContent();
        Expected<FileBytes> file = FileBytes::readAll(write("story", content));
        QVERIFY(file);
        QCOMPARE(file->place().size(), static_cast<std::size_t>(content.size()));
        QVERIFY(isSame(file->place(), content));
        const FileBytes moved = std::move(*file);
        QVERIFY(isSame(moved.place(), content));
    }

    void partsAsTheyAreAskedFor() {
        const QByteArray content = longContent();
        const auto file = FileBytes::open(write("parts", content));
        QVERIFY(file);
        const std::pair<std::size_t, std::size_t> parts[] = {
            {0, 1}, {65'535, 2}, {1'000'000, 500'000}, {900'000, 200'000}, {2'999'990, 11}, {5, 0}};
        for (const auto& [offset, size] : parts) {
            const auto part = file->place().subspan(offset, size);
            QVERIFY(file->read(part));
            QVERIFY(isSame(part, content, offset));
        }
    }

    void whatIsGivenBackIsReadAgain() {
        const QByteArray content = longContent();
        const auto file = FileBytes::readAll(write("again", content));
        QVERIFY(file);
        const auto part = file->place().subspan(100'000, 2'900'001); // to the end of the file
        file->release(part);
        QVERIFY(isSame(file->place().first(100'000), content));
        QVERIFY(file->read(part));
        QVERIFY(isSame(part, content, 100'000));
    }

    void aLookKeepsNothing() {
        const QByteArray content = longContent();
        const auto file = FileBytes::open(write("look", content));
        QVERIFY(file);
        AlignedBuffer<std::byte> scratch;
        const auto part = file->place().subspan(70'000, 200'000);
        auto seen = file->look(part, scratch);
        QVERIFY(seen);
        QCOMPARE(seen->data(), std::as_const(scratch).data());
        QVERIFY(isSame(*seen, content, 70'000));
        QVERIFY(file->read(part));
        seen = file->look(part, scratch);
        QCOMPARE(seen->data(), part.data());
    }

    // A mapping would end the program here.
    void whatWasReadOutlivesTheFile() {
        const QByteArray content = longContent();
        const auto where = write("mine", content);
        const auto file = FileBytes::readAll(where);
        QVERIFY(file);
        std::filesystem::resize_file(where, 1000);
        QVERIFY(isSame(file->place(), content));
        write("mine", QByteArray(content.size(), 'x'));
        QVERIFY(isSame(file->place(), content));
        QVERIFY(std::filesystem::remove(where));
        QVERIFY(isSame(file->place(), content));
    }

    void aFileThatIsCutShortIsRefused() {
        const auto where = write("short", longContent());
        const auto file = FileBytes::open(where);
        QVERIFY(file && file->read(file->place().first(1000)));
        std::filesystem::resize_file(where, 1000);
        const auto read = file->read(file->place());
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::FileUnreadable);
        QVERIFY(QString::fromStdString(read.error().message).contains("cut short"));
        QVERIFY(file->read(file->place().first(1000))); // is here
    }

    void aFileThatIsOverwrittenIsRefused() {
        const auto where = write("changed", longContent());
        const auto file = FileBytes::open(where);
        QVERIFY(file);
        // As long as before, but of another time than the one that open() saw.
        write("changed", QByteArray(longContent().size(), 'x'));
        std::filesystem::last_write_time(where,
                                         std::filesystem::last_write_time(where) + std::chrono::seconds(1));
        const auto read = file->read(file->place().first(10));
        QVERIFY(!read);
        QVERIFY(QString::fromStdString(read.error().message).contains("was changed"));
        AlignedBuffer<std::byte> scratch;
        QVERIFY(!file->look(file->place().first(10), scratch));
    }

    void anotherFileInItsPlaceChangesNothing() {
        const QByteArray content = longContent();
        const auto where = write("replaced", content);
        const auto file = FileBytes::open(where);
        QVERIFY(file);
        std::filesystem::rename(write("new", "short"), where);
        QVERIFY(file->read(file->place()));
        QVERIFY(isSame(file->place(), content));
    }

    void anEmptyFileHasNoBytes() {
        const Expected<FileBytes> file = FileBytes::readAll(write("empty", ""));
        QVERIFY(file);
        QVERIFY(file->place().empty());
    }

    void whatIsNoFileIsRefused() {
        const auto missing = FileBytes::open(path("missing"));
        QCOMPARE(missing.error().code, ErrorCode::FileNotFound);
        QVERIFY(missing.error().message.starts_with(path("missing").string() + ": "));
        QCOMPARE(FileBytes::open("").error().code, ErrorCode::FileNotFound);
        QCOMPARE(FileBytes::open(path(".")).error().code, ErrorCode::FileUnreadable);
        QCOMPARE(FileBytes::open("/dev/null").error().code, ErrorCode::FileUnreadable);
        QCOMPARE(FileBytes::open(write("file", "x") / "below").error().code, ErrorCode::FileUnreadable);
    }

    void aPipeIsRefusedWithoutWaiting() {
        const auto pipe = path("pipe");
        QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
        QCOMPARE(FileBytes::open(pipe).error().code, ErrorCode::FileUnreadable);
    }
};

QTEST_GUILESS_MAIN(FileBytesTest)
#include "file_bytes_test.moc"
