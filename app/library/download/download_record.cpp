#include "app/library/download/download_record.h"

#include "app/library/catalogue.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>

namespace app {

namespace {

constexpr QLatin1String kFormat("inkgate-download");
constexpr int kVersion = 1;
constexpr qint64 kMostBytes = 1 << 20;

QString pathOf(const QString& folder) { return folder + u'/' + QLatin1String(kRecordName); }

QJsonObject jsonOf(const RecordedFile& recorded) {
    return {{QStringLiteral("name"), recorded.file.name},
            {QStringLiteral("address"), QString::fromUtf8(recorded.file.address.toEncoded())},
            {QStringLiteral("bytes"), recorded.file.bytes},
            {QStringLiteral("sha256"), recorded.file.sha256},
            {QStringLiteral("etag"), QString::fromLatin1(recorded.etag)},
            {QStringLiteral("last_modified"), QString::fromLatin1(recorded.lastModified)},
            {QStringLiteral("length"), recorded.length}};
}

std::optional<RecordedFile> recordedOf(const QJsonObject& object) {
    RecordedFile recorded;
    recorded.file.name = object[u"name"].toString();
    recorded.file.address = QUrl(object[u"address"].toString(), QUrl::StrictMode);
    recorded.file.bytes = object[u"bytes"].toInteger(-1);
    recorded.file.sha256 = object[u"sha256"].toString();
    recorded.etag = object[u"etag"].toString().toLatin1();
    recorded.lastModified = object[u"last_modified"].toString().toLatin1();
    recorded.length = object[u"length"].toInteger(-1);
    if (!isPlainFileName(recorded.file.name) || !isUsableAddress(recorded.file.address))
        return std::nullopt;
    return recorded;
}

} // namespace

DownloadRecord recordOf(const RemoteModel& model) {
    DownloadRecord record;
    for (const RemoteFile& file : model.needs)
        record.files.append({file, {}, {}, -1});
    record.files.append({model.file, {}, {}, -1});
    return record;
}

std::optional<DownloadRecord> readRecord(const QString& folder) {
    QFile file(pathOf(folder));
    if (file.size() > kMostBytes || !file.open(QIODevice::ReadOnly))
        return std::nullopt;
    const QJsonObject object = QJsonDocument::fromJson(file.readAll()).object();
    if (object[u"format"].toString() != kFormat || object[u"version"].toInt() != kVersion)
        return std::nullopt;
    DownloadRecord record;
    for (const QJsonValue& value : object[u"files"].toArray()) {
        const auto recorded = recordedOf(value.toObject());
        if (!recorded)
            return std::nullopt;
        record.files.append(*recorded);
    }
    return record.files.isEmpty() ? std::nullopt : std::optional(record);
}

QString writeRecord(const QString& folder, const DownloadRecord& record) {
    QJsonArray files;
    for (const RecordedFile& recorded : record.files)
        files.append(jsonOf(recorded));
    QSaveFile file(pathOf(folder));
    const QByteArray bytes = QJsonDocument(QJsonObject{{QStringLiteral("format"), kFormat},
                                                       {QStringLiteral("version"), kVersion},
                                                       {QStringLiteral("files"), files}})
                                 .toJson();
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit())
        return file.errorString();
    return {};
}

QString partOf(const QString& path) { return path + QStringLiteral(".part"); }

QString wrongOf(const QString& path) { return path + QStringLiteral(".wrong"); }

} // namespace app
