#include "app/spelling/own_words.h"

#include "app/files/file_path.h"
#include "engine/core/atomic_file.h"

#include <QByteArray>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QLockFile>

#include <algorithm>

namespace app {

namespace {

using engine::ErrorCode;
using engine::Expected;

constexpr qint64 kLargestBytes = 8'000'000;
constexpr int kLockWaitMs = 2000;

Expected<QByteArray> bytesOf(const QString& path) {
    QFile file(path);
    if (!file.exists())
        return QByteArray();
    if (!file.open(QIODevice::ReadOnly))
        return engine::failure(ErrorCode::FileUnreadable,
                               (path + QStringLiteral(": ") + file.errorString()).toStdString());
    const QByteArray bytes = file.read(kLargestBytes + 1);
    if (bytes.size() > kLargestBytes || bytes.contains('\0'))
        return engine::failure(ErrorCode::FileUnreadable, path.toStdString() + ": not a list of words");
    return bytes;
}

QString wordOf(const QByteArray& line) {
    return QString::fromUtf8(line).trimmed().normalized(QString::NormalizationForm_C);
}

QSet<QString> wordsOf(const QByteArray& bytes) {
    QSet<QString> words;
    for (const QByteArray& line : bytes.split('\n'))
        if (QString word = wordOf(line); !word.isEmpty() && !word.startsWith(u'#'))
            words.insert(std::move(word));
    return words;
}

Expected<void> replaceBytes(const QString& path, const QByteArray& bytes) {
    auto file = engine::AtomicFile::create(toSystemPath(path));
    if (!file)
        return failure(file.error());
    if (auto done = file->write(std::as_bytes(std::span(bytes.data(), bytes.size()))); !done)
        return done;
    return file->commit();
}

// `change`: the bytes of the file to what they shall be.
template <class Change> Expected<QSet<QString>> changeFile(const QString& path, const Change& change) {
    QDir().mkpath(QFileInfo(path).absolutePath());
    // Between two Inkgates that add a word at once. Without it one of the words could be lost.
    QLockFile lock(path + QStringLiteral(".lock"));
    if (!lock.tryLock(kLockWaitMs))
        return engine::failure(ErrorCode::WriteFailed, path.toStdString() + ": cannot be locked");
    const auto bytes = bytesOf(path);
    if (!bytes)
        return failure(bytes.error());
    const QByteArray changed = change(*bytes);
    if (changed != *bytes)
        if (auto done = replaceBytes(path, changed); !done)
            return failure(done.error());
    return wordsOf(changed);
}

} // namespace

Expected<QSet<QString>> readOwnWords(const QString& path) {
    const auto bytes = bytesOf(path);
    return bytes ? Expected<QSet<QString>>(wordsOf(*bytes)) : failure(bytes.error());
}

Expected<QSet<QString>> addOwnWord(const QString& path, const QString& word) {
    return changeFile(path, [&](QByteArray bytes) {
        if (wordsOf(bytes).contains(word))
            return bytes;
        if (!bytes.isEmpty() && !bytes.endsWith('\n'))
            bytes += '\n';
        return bytes + word.toUtf8() + '\n';
    });
}

Expected<QSet<QString>> removeOwnWord(const QString& path, const QString& word) {
    return changeFile(path, [&](const QByteArray& bytes) {
        QList<QByteArray> lines = bytes.split('\n');
        lines.removeIf([&](const QByteArray& line) { return wordOf(line) == word; });
        return lines.join('\n');
    });
}

bool holdsWord(const QSet<QString>& words, const QString& form) {
    if (words.isEmpty())
        return false;
    const auto holds = [&](const QString& word) {
        return words.contains(word) ||
               (!word.isEmpty() && words.contains(word.front().toLower() + word.sliced(1)));
    };
    if (holds(form))
        return true;
    return form.endsWith(QLatin1String("'s"), Qt::CaseInsensitive) && holds(form.chopped(2));
}

} // namespace app
