// download_record.h: what is known of a model's files in their folder of the library, as `download.json` in
// there: where each comes from, what it must be, and what the server said when it began. It outlives the
// program, so that a download goes on where it was, and stays when the model is whole, for `verify` and
// `remove` (docs/formats/catalogue.md).
// Folder: <library>/<name of the model's file>/, with NAME, or NAME.part while it is not whole; NAME.wrong is
// one that came and was not what it should be.
// Threads: any; reads and writes files.
#pragma once

#include "app/library/remote_file.h"

#include <QByteArray>
#include <QString>

#include <optional>

namespace app {

struct RecordedFile {
    RemoteFile file;
    QByteArray etag;         // of the bytes that are there; empty: the server gave none
    QByteArray lastModified; // the same
    qint64 length = -1;      // that the server said; -1: it did not

    bool operator==(const RecordedFile&) const = default;
};

struct DownloadRecord {
    QList<RecordedFile> files; // as they are fetched: the model's is the last

    [[nodiscard]] const RemoteFile& modelFile() const { return files.last().file; }

    bool operator==(const DownloadRecord&) const = default;
};

[[nodiscard]] DownloadRecord recordOf(const RemoteModel& model);

// Nothing where there is none, or none that can be understood.
[[nodiscard]] std::optional<DownloadRecord> readRecord(const QString& folder);
// Complete or not at all. Returns the system's reason if it cannot be written; else empty.
[[nodiscard]] QString writeRecord(const QString& folder, const DownloadRecord& record);

inline constexpr auto kRecordName = "download.json";
[[nodiscard]] QString partOf(const QString& path);  // NAME.part
[[nodiscard]] QString wrongOf(const QString& path); // NAME.wrong

} // namespace app
