// fetch_words.h: what went wrong with a download, as a sentence for the writer that says what to do.
// Threads: any.
#pragma once

#include <QNetworkReply>
#include <QString>

namespace app {

struct NetworkTrouble {
    bool mayPass = false; // worth another try
    QString problem;      // one sentence
};

[[nodiscard]] NetworkTrouble troubleOf(QNetworkReply::NetworkError error, const QString& host,
                                       const QString& reason);
[[nodiscard]] QString brokenOff(const QString& host);
[[nodiscard]] QString stalled(const QString& host, int stallMs);
[[nodiscard]] QString keptForLater(const QString& problem); // with what to do behind it
[[nodiscard]] QString tooMuch(const QString& host);
[[nodiscard]] QString noRoom(qint64 needed, qint64 free, const QString& folder);
[[nodiscard]] QString notWritable(const QString& folder, const QString& reason);
[[nodiscard]] QString diskTrouble(const QString& folder, const QString& reason);
[[nodiscard]] QString wrongHash(const QString& host, const QString& asideName);
[[nodiscard]] QString noModel(const QString& reason, const QString& asideName);
[[nodiscard]] QString alwaysOtherParts(const QString& host);
[[nodiscard]] QString nameIsTaken(const QString& path);

} // namespace app
