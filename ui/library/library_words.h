// library_words.h: what the model library says, in words: sizes, how long is left, where a download stands.
// Threads: GUI thread only.
#pragma once

#include "app/library/download/download_status.h"
#include "app/library/estimate.h"

#include <QString>
#include <QStringList>

namespace ui {

[[nodiscard]] QString sizeWords(qint64 bytes);                         // "3.2 GB"; empty: unknown
[[nodiscard]] QString memoryWords(const app::ModelEstimate& estimate); // "3.4 GB, tight"
[[nodiscard]] QString speedWords(const app::ModelEstimate& estimate, bool isMeasured);
[[nodiscard]] QString languageWords(const QStringList& languages);   // "many", "Chinese"
[[nodiscard]] QString timeLeftWords(double seconds);                 // "4 minutes left"; empty: unknown
[[nodiscard]] QString stateWords(const app::DownloadStatus& status); // short: for a column
[[nodiscard]] QString
progressWords(const app::DownloadStatus& status); // a line: "1.2 of 3.2 GB, 2.1 MB/s, ..."

} // namespace ui
