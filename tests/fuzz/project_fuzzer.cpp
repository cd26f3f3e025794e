// project_fuzzer.cpp: any database as a project: a problem with a sentence, or a project that can be read and
// written.
#include "app/storage/file_replacement.h"
#include "app/storage/project_file.h"

#include <QFile>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <unistd.h>

using namespace app;

namespace {

// In memory, where the system has such a folder.
const QString& path() {
    static const QString kPath = QStringLiteral("/dev/shm/inkgate-fuzz-%1.inkgate").arg(::getpid());
    return kPath;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 512)
        return -1;
    QByteArray bytes(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    // What tells a project from any other file is checked first and holds nobody up for long.
    std::memcpy(bytes.data(), "SQLite format 3", 16);
    std::memcpy(bytes.data() + 68, "IkPr", 4);
    removeDatabaseFiles(path());
    QFile file(path());
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
        std::abort();
    file.close();
    auto project = ProjectFile::open(path());
    if (!project) {
        if (project.error().message.isEmpty())
            std::abort();
        return 0;
    }
    const auto content = (*project)->read();
    if (!content && content.error().message.isEmpty())
        std::abort();
    if (content)
        for (const RunRecord& run : content->runs) {
            (void)(*project)->readGates(run.id);
            (void)(*project)->readChannels(run.id, 0);
            (void)(*project)->readLooks(run.id);
        }
    project->reset();
    return 0;
}
