#include "app/library/library_folder.h"

#include "app/library/catalogue.h"
#include "engine/formats/sha256.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>

#include <algorithm>
#include <span>

namespace app {

namespace {

QString tr(const char* text) { return QCoreApplication::translate("app::ModelLibrary", text); }

qint64 sizeOf(const QString& path) {
    const QFileInfo whole(path);
    return whole.exists() ? whole.size() : std::max<qint64>(0, QFileInfo(partOf(path)).size());
}

DownloadStatus statusOf(const QString& folder, const DownloadRecord& record) {
    DownloadStatus status;
    status.name = record.modelFile().name;
    status.state = DownloadState::Complete;
    status.total = 0;
    for (const RecordedFile& recorded : record.files) {
        const QString path = folder + u'/' + recorded.file.name;
        if (!QFileInfo::exists(path))
            status.state = DownloadState::Paused;
        status.have += sizeOf(path);
        const qint64 bytes = recorded.file.bytes >= 0 ? recorded.file.bytes : recorded.length;
        status.total = status.total < 0 || bytes < 0 ? -1 : status.total + bytes;
    }
    if (status.state == DownloadState::Complete)
        status.path = folder + u'/' + status.name;
    return status;
}

Verification verifyFile(const QString& path, const QString& sha256, qint64& read,
                        const std::function<bool(qint64)>& tell) {
    using Kind = Verification::Kind;
    const QString name = QFileInfo(path).fileName();
    QFile file(path);
    if (!file.exists())
        return {Kind::Unfinished, name, {}};
    if (!file.open(QIODevice::ReadOnly | QIODevice::Unbuffered))
        return {Kind::Unreadable, name, file.errorString()};
    constexpr qint64 kPiece = 8 << 20;
    engine::Sha256 hash;
    while (!file.atEnd()) {
        const QByteArray piece = file.read(kPiece);
        if (piece.isEmpty())
            return {Kind::Unreadable, name, file.errorString()};
        hash.update(std::as_bytes(std::span(piece.constData(), std::size_t(piece.size()))));
        read += piece.size();
        if (!tell(read))
            return {Kind::Stopped, name, {}};
    }
    const bool isSame = QString::fromStdString(hash.finish()) == sha256;
    return {isSame ? Kind::Same : Kind::Different, name, {}};
}

} // namespace

QString libraryFolder() {
    return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + QStringLiteral("/models");
}

QString ownCatalogueOf(const QString& library) { return library + QStringLiteral(".json"); }

QString folderOfModel(const QString& library, const QString& name) { return library + u'/' + name; }

QString pathOfModel(const QString& library, const QString& name) {
    return folderOfModel(library, name) + u'/' + name;
}

std::optional<DownloadStatus> storedModel(const QString& library, const QString& name) {
    if (!isPlainFileName(name))
        return std::nullopt;
    const QString folder = folderOfModel(library, name);
    const auto record = readRecord(folder);
    if (!record || record->modelFile().name != name)
        return std::nullopt;
    return statusOf(folder, *record);
}

QList<DownloadStatus> storedModels(const QString& library) {
    QList<DownloadStatus> models;
    const QStringList names = QDir(library).entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name);
    for (const QString& name : names)
        if (const auto status = storedModel(library, name))
            models.append(*status);
    return models;
}

QString removeStored(const QString& library, const QString& name) {
    const QString folder = folderOfModel(library, name);
    const auto record = readRecord(folder);
    if (!record || !isPlainFileName(name))
        return tr("%1 is not in the library.").arg(name);
    for (const RecordedFile& recorded : record->files) {
        const QString path = folder + u'/' + recorded.file.name;
        for (const QString& found : {path, partOf(path), wrongOf(path)}) {
            QFile file(found);
            if (file.exists() && !file.remove())
                return tr("%1 cannot be deleted (%2).").arg(found, file.errorString());
        }
    }
    QFile::remove(folder + u'/' + QLatin1String(kRecordName));
    QDir(library).rmdir(name); // stays if something else is in it
    return {};
}

Verification verifyStored(const QString& library, const QString& name,
                          const std::function<bool(qint64)>& tell) {
    const QString folder = folderOfModel(library, name);
    const auto record = readRecord(folder);
    if (!record)
        return {Verification::Kind::Unfinished, name, {}};
    qint64 read = 0;
    for (const RecordedFile& recorded : record->files) {
        const Verification one =
            verifyFile(folder + u'/' + recorded.file.name, recorded.file.sha256, read, tell);
        if (one.kind != Verification::Kind::Same)
            return one;
    }
    return {Verification::Kind::Same, name, {}};
}

} // namespace app
