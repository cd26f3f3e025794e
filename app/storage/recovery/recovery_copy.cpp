#include "app/storage/recovery/recovery_copy.h"

#include "app/files/file_path.h"
#include "app/storage/file_replacement.h"

#include <QCoreApplication>
#include <QFileInfo>

#include <utility>

namespace app {

namespace {

QString titleOf(const QString& path) {
    return path.isEmpty() ? QCoreApplication::translate("app::RecoveryCopy", "Untitled")
                          : QFileInfo(path).completeBaseName();
}

} // namespace

StorageResult<std::unique_ptr<ProjectFile>> RecoveryCopy::copyOf(ProjectFile& file) const {
    StorageResult<std::unique_ptr<ProjectFile>> last = failure(StorageProblem{
        QCoreApplication::translate("app::RecoveryCopy", "There is no folder for recovered stories."), {}});
    for (const QString& path : m_folders.newPaths(titleOf(file.path()))) {
        const auto copied = file.copyTo(path);
        last = copied ? ProjectFile::open(path) : failure(copied.error());
        if (last)
            return last;
        removeDatabaseFiles(path);
    }
    return last;
}

bool RecoveryCopy::keep(ProjectFile& file, const QList<ProjectOperation>& waiting) {
    // It may go the way of the first file.
    if (m_copy && m_copy->place().kind == FilePlace::Kind::Gone)
        m_copy.reset();
    if (!m_copy) {
        m_known = 0;
        if (auto copy = copyOf(file)) {
            m_copy = std::move(*copy);
        } else {
            for (const QString& path : m_folders.newPaths(titleOf(file.path()))) {
                auto text = ProjectFile::create(path, file.text());
                if (!text)
                    continue;
                m_copy = std::move(*text);
                break;
            }
        }
        if (!m_copy)
            return false;
    }
    const QList<ProjectOperation> added = waiting.sliced(m_known);
    if (!m_copy->append(added))
        return false;
    m_known = waiting.size();
    return true;
}

bool RecoveryCopy::copyTo(const QString& target) { return m_copy && m_copy->copyTo(target).has_value(); }

void RecoveryCopy::remove() {
    const QString path = this->path();
    leave();
    if (!path.isEmpty())
        removeDatabaseFiles(path);
}

void RecoveryCopy::leave() {
    m_copy.reset();
    m_known = 0;
}

} // namespace app
