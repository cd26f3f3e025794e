// download_status.h: where a model of the library stands, for lists and lines of progress.
// Threads: values.
#pragma once

#include <QMetaType>
#include <QString>

namespace app {

enum class DownloadState {
    Waiting,    // for others to end
    Checking,   // what was there from before
    Connecting, // the server has been asked
    Receiving,
    Retrying, // the connection was lost; `note` says how
    Verifying,
    Paused, // by the writer, or since the program ended
    Failed, // `note` says why and what to do
    Complete
};

struct DownloadStatus {
    QString name; // of the model's file
    DownloadState state = DownloadState::Waiting;
    qint64 have = 0;
    qint64 total = -1; // -1: unknown
    double bytesPerSecond = 0;
    QString note;
    QString path; // Complete: of the model's file

    [[nodiscard]] bool isActive() const { return state <= DownloadState::Verifying; }
    // -1: unknown
    [[nodiscard]] double secondsLeft() const {
        return total >= have && bytesPerSecond > 0 ? double(total - have) / bytesPerSecond : -1;
    }

    bool operator==(const DownloadStatus&) const = default;
};

} // namespace app

Q_DECLARE_METATYPE(app::DownloadStatus)
