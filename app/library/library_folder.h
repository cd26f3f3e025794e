// library_folder.h: what lies in the folder of the library: a folder for each model (download_record.h).
// Threads: any; reads and writes files.
#pragma once

#include "app/library/download/download_record.h"
#include "app/library/download/download_status.h"

#include <QList>
#include <QString>

#include <functional>
#include <optional>

namespace app {

// Of this user: beside voices and recovery copies. Needs the application's name.
[[nodiscard]] QString libraryFolder();

// The catalogue that the writer uses instead of the built-in one; beside the folder.
[[nodiscard]] QString ownCatalogueOf(const QString& library);

[[nodiscard]] QString folderOfModel(const QString& library, const QString& name);
[[nodiscard]] QString pathOfModel(const QString& library, const QString& name);

// Paused or Complete, by name; folders without a record are nobody's.
[[nodiscard]] QList<DownloadStatus> storedModels(const QString& library);
[[nodiscard]] std::optional<DownloadStatus> storedModel(const QString& library, const QString& name);

// Deletes what the record names, whole or not, and the folder if nothing else is in it. Returns a sentence if
// something could not be deleted; else empty.
[[nodiscard]] QString removeStored(const QString& library, const QString& name);

struct Verification {
    enum class Kind { Same, Different, Unfinished, Unreadable, Stopped };
    Kind kind = Kind::Same;
    QString file;   // that is meant
    QString reason; // Unreadable: the system's
};
// Reads all files of a model and compares them with their SHA-256. `tell` is called with the bytes read so
// far now and then; it returns false to stop.
[[nodiscard]] Verification verifyStored(const QString& library, const QString& name,
                                        const std::function<bool(qint64)>& tell);

} // namespace app
