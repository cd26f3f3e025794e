#include "engine/core/atomic_file.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <optional>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace engine;

namespace {

std::span<const std::byte> bytesOf(std::string_view text) { return std::as_bytes(std::span(text)); }

// Writing beyond `bytes` fails as on a full disk for as long as the object lives.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) {
        m_handler = std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &m_before);
        const rlimit limit = {bytes, m_before.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &m_before);
        std::signal(SIGXFSZ, m_handler);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    rlimit m_before = {};
    void (*m_handler)(int) = SIG_DFL;
};

// Permissions do not bind root, so root becomes nobody for as long as the object lives.
class WithoutRoot {
public:
    WithoutRoot()
        : m_wasRoot(::geteuid() == 0 && ::seteuid(65534) == 0) {}
    ~WithoutRoot() {
        if (m_wasRoot && ::seteuid(0) != 0)
            qFatal("cannot become root again");
    }
    WithoutRoot(const WithoutRoot&) = delete;
    WithoutRoot& operator=(const WithoutRoot&) = delete;

private:
    bool m_wasRoot;
};

} // namespace

class AtomicFileTest : public QObject {
    Q_OBJECT

    std::optional<QTemporaryDir> m_dir;

    std::filesystem::path path(const char* name) const { return m_dir->filePath(name).toStdString(); }
    QByteArray content(const char* name) const {
        QFile file(m_dir->filePath(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("(no file)");
    }
    QStringList files() const {
        return QDir(m_dir->path())
            .entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot);
    }

    static Expected<void> save(const std::filesystem::path& path, std::string_view text) {
        Expected<AtomicFile> file = AtomicFile::create(path);
        if (!file)
            return failure(file.error());
        if (auto written = file->write(bytesOf(text)); !written)
            return written;
        return file->commit();
    }

private slots:
    void init() { m_dir.emplace(); }

    void appearsAtCommitOnly() {
        QVERIFY(save(path("model"), "old"));
        {
            Expected<AtomicFile> file = AtomicFile::create(path("model"));
            QVERIFY(file);
            QVERIFY(file->write(bytesOf("new ")));
            QVERIFY(file->write({}));
            QVERIFY(file->write(bytesOf("content")));
            QCOMPARE(content("model"), QByteArray("old"));
            QVERIFY(file->commit());
        }
        QCOMPARE(content("model"), QByteArray("new content"));
        QCOMPARE(files(), QStringList{"model"});
    }

    void withoutCommitNothingChanges() {
        QVERIFY(save(path("model"), "old"));
        {
            Expected<AtomicFile> file = AtomicFile::create(path("model"));
            QVERIFY(file && file->write(bytesOf("new")));
            AtomicFile moved = std::move(*file);
            QCOMPARE(files().size(), 2);
        }
        QCOMPARE(content("model"), QByteArray("old"));
        QCOMPARE(files(), QStringList{"model"});
    }

    void aKilledWriterLeavesTheOldFile() {
        QVERIFY(save(path("model"), "old"));
        const pid_t child = ::fork();
        if (child == 0) {
            Expected<AtomicFile> file = AtomicFile::create(path("model"));
            if (file && file->write(bytesOf("half of the n")))
                ::kill(::getpid(), SIGKILL);
            ::_exit(1);
        }
        int status = 0;
        QCOMPARE(::waitpid(child, &status, 0), child);
        QVERIFY(WIFSIGNALED(status));
        QCOMPARE(content("model"), QByteArray("old"));
        QVERIFY(save(path("model"), "new"));
        QCOMPARE(content("model"), QByteArray("new"));
    }

    void savingFailsWhenDiskIsFull() {
        QVERIFY(save(path("model"), "old"));
        const std::string large(1 << 20, 'x');
        {
            const FileSizeLimit limit(1 << 16);
            const auto saved = save(path("model"), large);
            QVERIFY(!saved);
            QCOMPARE(saved.error().code, ErrorCode::WriteFailed);
            QVERIFY2(QString::fromStdString(saved.error().message).contains("model"),
                     saved.error().message.c_str());
        }
        QCOMPARE(content("model"), QByteArray("old"));
        QCOMPARE(files(), QStringList{"model"});
        QVERIFY(save(path("model"), large));
    }

    void savingFailsWithoutAFolder() {
        const auto saved = save(path("missing") / "model", "new");
        QVERIFY(!saved);
        QCOMPARE(saved.error().code, ErrorCode::WriteFailed);
        QVERIFY(files().isEmpty());
        QCOMPARE(save("", "new").error().code, ErrorCode::WriteFailed);
    }

    void savingFailsInAReadOnlyFolder() {
        QVERIFY(save(path("model"), "old"));
        QCOMPARE(::chmod(qPrintable(m_dir->path()), 0555), 0);
        {
            const WithoutRoot unprivileged;
            const auto saved = save(path("model"), "new");
            QVERIFY(!saved);
            QCOMPARE(saved.error().code, ErrorCode::WriteFailed);
        }
        QCOMPARE(::chmod(qPrintable(m_dir->path()), 0755), 0);
        QCOMPARE(content("model"), QByteArray("old"));
    }

    void foldersAndDevicesAreNotReplaced() {
        QVERIFY(QDir(m_dir->path()).mkdir("folder"));
        QCOMPARE(save(path("folder"), "new").error().code, ErrorCode::WriteFailed);
        QCOMPARE(save("/dev/full", "new").error().code, ErrorCode::WriteFailed);
        QCOMPARE(::mkfifo(path("pipe").c_str(), 0600), 0);
        QCOMPARE(save(path("pipe"), "new").error().code, ErrorCode::WriteFailed);
        QVERIFY(std::filesystem::is_fifo(path("pipe")));
        QCOMPARE(files(), (QStringList{"folder", "pipe"}));
    }

    void symbolicLinksAreWrittenThrough() {
        QVERIFY(save(path("model"), "old"));
        std::filesystem::create_symlink("model", path("link"));
        QVERIFY(save(path("link"), "new"));
        QVERIFY(std::filesystem::is_symlink(path("link")));
        QCOMPARE(content("model"), QByteArray("new"));
    }

    void permissionsStayAsTheyWere() {
        QVERIFY(save(path("model"), "old"));
        QCOMPARE(::chmod(path("model").c_str(), 0640), 0);
        QVERIFY(save(path("model"), "new"));
        struct stat info = {};
        QCOMPARE(::stat(path("model").c_str(), &info), 0);
        QCOMPARE(info.st_mode & 07777, mode_t{0640});
    }

    void theLongestNameIsPossible() {
        const std::string name(255, 'n');
        QVERIFY(save(path(name.c_str()), "new"));
        QCOMPARE(content(name.c_str()), QByteArray("new"));
    }

    void relativePathsAreWritten() {
        const auto before = std::filesystem::current_path();
        std::filesystem::current_path(m_dir->path().toStdString());
        const auto saved = save("model", "new");
        std::filesystem::current_path(before);
        QVERIFY(saved);
        QCOMPARE(content("model"), QByteArray("new"));
    }
};

QTEST_GUILESS_MAIN(AtomicFileTest)
#include "atomic_file_test.moc"
