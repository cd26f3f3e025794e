#include "app/files/file_path.h"

#include <QDir>
#include <QFileInfo>
#include <QUrl>

#include <algorithm>

namespace app {

namespace {

constexpr char16_t kFirstForeign = 0xDC80;
constexpr char16_t kLastForeign = 0xDCFF;
constexpr char16_t kForeignBase = 0xDC00;

bool isForeign(QChar unit) { return unit.unicode() >= kFirstForeign && unit.unicode() <= kLastForeign; }

bool isForeignAt(const QString& path, qsizetype i) {
    return isForeign(path[i]) && (i == 0 || !path[i - 1].isHighSurrogate());
}

// The bytes of the character of UTF-8 that begins here; 0 if none does.
qsizetype characterLength(QByteArrayView bytes) {
    const auto first = static_cast<unsigned char>(bytes.front());
    const qsizetype length = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
    if (length > bytes.size() || !bytes.first(length).isValidUtf8())
        return 0;
    return length;
}

} // namespace

QByteArray encodePath(const QString& path) {
    QByteArray bytes;
    qsizetype done = 0;
    for (qsizetype i = 0; i < path.size(); ++i) {
        if (!isForeignAt(path, i))
            continue;
        bytes += QStringView(path).sliced(done, i - done).toUtf8();
        bytes += static_cast<char>(path[i].unicode() - kForeignBase);
        done = i + 1;
    }
    return bytes + QStringView(path).sliced(done).toUtf8();
}

QString decodePath(QByteArrayView bytes) {
    if (bytes.isValidUtf8())
        return QString::fromUtf8(bytes);
    QString path;
    while (!bytes.isEmpty()) {
        const qsizetype length = characterLength(bytes);
        if (length > 0)
            path += QString::fromUtf8(bytes.first(length));
        else
            path += QChar(static_cast<char16_t>(kForeignBase + static_cast<unsigned char>(bytes.front())));
        bytes = bytes.sliced(std::max<qsizetype>(length, 1));
    }
    return path;
}

std::filesystem::path toSystemPath(const QString& path) { return {encodePath(path).toStdString()}; }

bool hasForeignBytes(const QString& path) {
    for (qsizetype i = 0; i < path.size(); ++i)
        if (isForeignAt(path, i))
            return true;
    return false;
}

QString pathOfArgument(QByteArrayView argument) {
    constexpr QByteArrayView kScheme("file:");
    if (argument.isEmpty())
        return {};
    if (!argument.startsWith(kScheme))
        return QFileInfo(decodePath(argument)).absoluteFilePath();
    const QString host = QUrl::fromEncoded(argument.toByteArray()).host();
    if (!host.isEmpty() && host != QLatin1String("localhost"))
        return QFileInfo(decodePath(argument)).absoluteFilePath(); // of another machine: will not be found
    QByteArrayView rest = argument.sliced(kScheme.size());
    if (rest.startsWith("//")) // then comes the machine, up to the next slash
        rest = rest.sliced(std::max<qsizetype>(rest.sliced(2).indexOf('/'), 0) + 2);
    const auto isEnd = [](char c) { return c == '?' || c == '#'; };
    rest = rest.first(std::find_if(rest.begin(), rest.end(), isEnd) - rest.begin());
    return QFileInfo(decodePath(QByteArray::fromPercentEncoding(rest.toByteArray()))).absoluteFilePath();
}

QString argumentOfPath(const QString& path) {
    if (!hasForeignBytes(path))
        return path;
    return QStringLiteral("file://") + QString::fromLatin1(encodePath(path).toPercentEncoding("/"));
}

QString readablePath(const QString& path) {
    QString readable = QDir::toNativeSeparators(path);
    for (qsizetype i = 0; i < readable.size(); ++i)
        if (isForeignAt(readable, i))
            readable[i] = u'?';
    return readable;
}

QString readableName(const QString& path) { return QFileInfo(readablePath(path)).fileName(); }

} // namespace app
