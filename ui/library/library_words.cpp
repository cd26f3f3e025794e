#include "ui/library/library_words.h"

#include <QCoreApplication>
#include <QLocale>

#include <cmath>

namespace ui {

namespace {

QString tr(const char* text, int count = -1) {
    return QCoreApplication::translate("ui::LibraryDialog", text, nullptr, count);
}

int percentOf(const app::DownloadStatus& status) {
    return status.total > 0 ? int(100 * status.have / status.total) : 0;
}

} // namespace

QString sizeWords(qint64 bytes) {
    return bytes < 0
               ? QString()
               : QLocale().formattedDataSize(bytes, bytes < 1'000'000'000 ? 0 : 1, QLocale::DataSizeSIFormat);
}

QString memoryWords(const app::ModelEstimate& estimate) {
    const QString size = sizeWords(estimate.memoryBytes);
    switch (estimate.fit) {
    case app::MemoryFit::Fits: return tr("%1, fits").arg(size);
    case app::MemoryFit::Tight: return tr("%1, tight").arg(size);
    case app::MemoryFit::TooLarge: return tr("%1, too large").arg(size);
    case app::MemoryFit::Unknown: break;
    }
    return size;
}

QString speedWords(const app::ModelEstimate& estimate, bool isMeasured) {
    if (estimate.tokensPerSecond <= 0)
        return isMeasured || estimate.bytesPerToken <= 0 ? QString() : tr("measuring…");
    const double rate = estimate.tokensPerSecond;
    return tr("about %1/s").arg(QLocale().toString(rate, 'f', rate < 10 ? 1 : 0));
}

QString languageWords(const QStringList& languages) {
    QStringList words;
    for (const QString& language : languages) {
        const QLocale locale(language);
        words.append(language == u"many"               ? tr("many")
                     : locale.language() == QLocale::C ? language
                                                       : QLocale::languageToString(locale.language()));
    }
    return words.join(QStringLiteral(", "));
}

QString timeLeftWords(double seconds) {
    if (seconds < 0)
        return {};
    if (seconds < 60)
        return tr("%n second(s) left", int(std::ceil(seconds)));
    if (seconds < 5400)
        return tr("%n minute(s) left", int(std::ceil(seconds / 60)));
    return tr("%n hour(s) left", int(std::ceil(seconds / 3600)));
}

QString stateWords(const app::DownloadStatus& status) {
    using app::DownloadState;
    switch (status.state) {
    case DownloadState::Waiting: return tr("Waiting");
    case DownloadState::Checking:
    case DownloadState::Verifying: return tr("Checking");
    case DownloadState::Connecting:
    case DownloadState::Receiving:
        return status.total > 0 ? tr("%1 %").arg(percentOf(status)) : sizeWords(status.have);
    case DownloadState::Retrying: return tr("%1 %, waiting").arg(percentOf(status));
    case DownloadState::Paused: return tr("Paused, %1 %").arg(percentOf(status));
    case DownloadState::Failed: return tr("Failed");
    case DownloadState::Complete: return tr("Here");
    }
    return {};
}

QString progressWords(const app::DownloadStatus& status) {
    using app::DownloadState;
    const QString done = status.total > 0
                             ? tr("%1 of %2").arg(sizeWords(status.have), sizeWords(status.total))
                             : sizeWords(status.have);
    switch (status.state) {
    case DownloadState::Waiting: return tr("Two models come at a time; this one waits for its turn.");
    case DownloadState::Checking: return tr("Checking what is here of it: %1.").arg(done);
    case DownloadState::Verifying: return tr("All is here. Checking that it is what it should be…");
    case DownloadState::Connecting: return tr("Asking the server; %1 are here.").arg(done);
    case DownloadState::Retrying: return tr("%1 Trying again soon; %2 are here.").arg(status.note, done);
    case DownloadState::Paused: return tr("Paused: %1 are here.").arg(done);
    case DownloadState::Failed: return status.note;
    case DownloadState::Complete: return tr("It is here: %1").arg(status.path);
    case DownloadState::Receiving: break;
    }
    QStringList parts{done};
    if (status.bytesPerSecond > 0)
        parts.append(tr("%1/s").arg(
            QLocale().formattedDataSize(qint64(status.bytesPerSecond), 1, QLocale::DataSizeSIFormat)));
    if (const QString left = timeLeftWords(status.secondsLeft()); !left.isEmpty())
        parts.append(left);
    return parts.join(QStringLiteral(", "));
}

} // namespace ui
