#include "engine/core/mapped_file.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <cstring>
#include <sys/stat.h>
#include <utility>

using namespace engine;

class MappedFileTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_dir;

    std::filesystem::path path(const char* name) const { return m_dir.filePath(name).toStdString(); }
    std::filesystem::path write(const char* name, const QByteArray& content) const {
        QFile file(m_dir.filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("cannot write the test's own file");
        return path(name);
    }

private slots:
    void bytesAreTheFile() {
        const QByteArray content = QByteArray("story").repeated(5000);
        Expected<MappedFile> file = MappedFile::open(write("story", content));
        QVERIFY(file);
        QCOMPARE(file->bytes().size(), static_cast<std::size_t>(content.size()));
        QCOMPARE(std::memcmp(file->bytes().data(), content.constData(), file->bytes().size()), 0);
        const MappedFile moved = std::move(*file);
        QCOMPARE(std::memcmp(moved.bytes().data(), content.constData(), moved.bytes().size()), 0);
    }

    void survivesDeletionOfTheFile() {
        const auto where = write("gone", "still here");
        const Expected<MappedFile> file = MappedFile::open(where);
        QVERIFY(file);
        QVERIFY(std::filesystem::remove(where));
        QCOMPARE(std::memcmp(file->bytes().data(), "still here", 10), 0);
    }

    void anEmptyFileHasNoBytes() {
        const Expected<MappedFile> file = MappedFile::open(write("empty", ""));
        QVERIFY(file);
        QVERIFY(file->bytes().empty());
    }

    void whatIsNoFileIsRefused() {
        const auto missing = MappedFile::open(path("missing"));
        QCOMPARE(missing.error().code, ErrorCode::FileNotFound);
        QVERIFY(missing.error().message.starts_with(path("missing").string() + ": "));
        QCOMPARE(MappedFile::open("").error().code, ErrorCode::FileNotFound);
        QCOMPARE(MappedFile::open(path(".")).error().code, ErrorCode::FileUnreadable);
        QCOMPARE(MappedFile::open("/dev/null").error().code, ErrorCode::FileUnreadable);
        QCOMPARE(MappedFile::open(write("file", "x") / "below").error().code, ErrorCode::FileUnreadable);
    }

    void aPipeIsRefusedWithoutWaiting() {
        const auto pipe = path("pipe");
        QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
        QCOMPARE(MappedFile::open(pipe).error().code, ErrorCode::FileUnreadable);
    }
};

QTEST_GUILESS_MAIN(MappedFileTest)
#include "mapped_file_test.moc"
