#include "app/library/download/fetch_words.h"

#include <QCoreApplication>
#include <QLocale>

namespace app {

namespace {

QString tr(const char* text) { return QCoreApplication::translate("app::ModelLibrary", text); }

QString size(qint64 bytes) { return QLocale().formattedDataSize(bytes, 1, QLocale::DataSizeSIFormat); }

} // namespace

NetworkTrouble troubleOf(QNetworkReply::NetworkError error, const QString& host, const QString& reason) {
    switch (error) {
    case QNetworkReply::TooManyRedirectsError:
        return {
            false,
            tr("%1 leads from one address to the next without an end. Look for another address.").arg(host)};
    case QNetworkReply::InsecureRedirectError:
        return {false,
                tr("%1 leads from a protected address to one that is not. It was not followed.").arg(host)};
    case QNetworkReply::SslHandshakeFailedError:
        return {false, tr("The connection to %1 cannot be trusted: %2.").arg(host, reason)};
    case QNetworkReply::ProxyAuthenticationRequiredError:
        return {false,
                tr("The proxy of this system wants a password (%1). Ask whoever runs it.").arg(reason)};
    case QNetworkReply::ProtocolUnknownError:
    case QNetworkReply::ProtocolInvalidOperationError:
        return {false, tr("%1 does not answer as a server of the web does.").arg(host)};
    case QNetworkReply::HostNotFoundError:
        return {true, tr("%1 was not found. Check the connection to the internet.").arg(host)};
    case QNetworkReply::ConnectionRefusedError: return {true, tr("%1 takes no connection.").arg(host)};
    default: return {true, brokenOff(host)};
    }
}

QString brokenOff(const QString& host) { return tr("The connection to %1 broke off.").arg(host); }

QString stalled(const QString& host, int stallMs) {
    return tr("Nothing came from %1 for %2 seconds.")
        .arg(host)
        .arg(QLocale().toString(stallMs / 1000.0, 'g', 3));
}

QString keptForLater(const QString& problem) {
    return tr("%1 What has come is kept; go on later.").arg(problem);
}

QString tooMuch(const QString& host) {
    return tr("%1 sends more than the model has, so it is another file. Nothing of it is kept.").arg(host);
}

QString noRoom(qint64 needed, qint64 free, const QString& folder) {
    return tr("There is not enough room on the disk: %1 more are needed and %2 are free in %3. Make room, "
              "then "
              "go on.")
        .arg(size(needed), size(free), folder);
}

QString notWritable(const QString& folder, const QString& reason) {
    return tr("Nothing can be written to %1 (%2). Check your rights to this folder.").arg(folder, reason);
}

QString diskTrouble(const QString& folder, const QString& reason) {
    return tr("The disk does not take it (%1, in %2). What has come is kept: make room, then go on.")
        .arg(reason, folder);
}

QString wrongHash(const QString& host, const QString& asideName) {
    return tr("What came from %1 is not the model that was asked for (its SHA-256 is another). It is kept "
              "aside as "
              "%2 and not used. Try again, or get another model.")
        .arg(host, asideName);
}

QString noModel(const QString& reason, const QString& asideName) {
    return tr("What came is no model that Inkgate can use: %1. It is kept aside as %2.")
        .arg(reason, asideName);
}

QString alwaysOtherParts(const QString& host) {
    return tr("%1 sends other parts of the file than it is asked for. Look for another address.").arg(host);
}

QString nameIsTaken(const QString& path) {
    return tr("There is another file at %1 by now. Move it away, then try again.").arg(path);
}

} // namespace app
