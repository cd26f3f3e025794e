#include "app/storage/recovery/recovery_copy.h"

#include "app/files/file_path.h"
#include "app/storage/file_replacement.h"

#include <QCoreApplication>
#include <QFileInfo>

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

namespace app {

namespace {

QString titleOf(const QString& path) {
    return path.isEmpty() ? QCoreApplication::translate("app::RecoveryCopy", "Untitled")
                          : QFileInfo(path).completeBaseName();
}

void removeIfThere(const QString& path) {
    if (!path.isEmpty())
        removeDatabaseFiles(path);
}

QList<ProjectOperation> editsAmong(const QList<ProjectOperation>& operations) {
    QList<ProjectOperation> edits;
    std::ranges::copy_if(operations, std::back_inserter(edits), [](const ProjectOperation& operation) {
        return std::holds_alternative<TextEdit>(operation);
    });
    return edits;
}

} // namespace

StorageResult<std::unique_ptr<ProjectFile>> RecoveryCopy::textOf(const ProjectFile& file,
                                                                 const QString& title) const {
    StorageResult<std::unique_ptr<ProjectFile>> last = failure(StorageProblem{
        QCoreApplication::translate("app::RecoveryCopy", "There is no folder for recovered stories."), {}});
    for (const QString& path : m_folders.newPaths(title)) {
        last = ProjectFile::create(path, file.text());
        if (last)
            break;
    }
    return last;
}

StorageResult<RecoveryCopy::Copied> RecoveryCopy::copyOf(ProjectFile& file,
                                                         const QList<ProjectOperation>& waiting) const {
    const QString title = titleOf(file.path());
    QString stopgap;
    if (file.isAsLeft()) {
        if (auto text =
                textOf(file, QCoreApplication::translate("app::RecoveryCopy", "%1, text alone").arg(title))) {
            stopgap = (*text)->path();
            (void)(*text)->append(editsAmong(waiting));
        }
        for (const QString& path : m_folders.newPaths(title)) {
            if (file.copyTo(path))
                if (auto copy = ProjectFile::open(path)) {
                    removeIfThere(stopgap);
                    return Copied{std::move(*copy), false};
                }
            removeDatabaseFiles(path);
        }
    }
    auto text = textOf(file, title);
    if (!text)
        return failure(text.error());
    removeIfThere(stopgap);
    return Copied{std::move(*text), true};
}

bool RecoveryCopy::keep(ProjectFile& file, const QList<ProjectOperation>& waiting) {
    // It may go the way of the first file.
    if (m_copy && m_copy->place().kind == FilePlace::Kind::Gone)
        m_copy.reset();
    if (!m_copy) {
        m_known = 0;
        auto copy = copyOf(file, waiting);
        if (!copy)
            return false;
        m_copy = std::move(copy->file);
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
    removeIfThere(path);
}

void RecoveryCopy::leave() {
    m_copy.reset();
    m_known = 0;
}

} // namespace app
