#include "app/storage/text_import.h"

#include "app/storage/sql_text.h"
#include "engine/core/atomic_file.h"

#include <QFile>
#include <QFileInfo>
#include <QStringDecoder>

#include <filesystem>

namespace app {

namespace {

// The Bible has 4 MB; what is larger is not something to write on.
constexpr qint64 kLargestText = qint64{64} << 20;

tl::unexpected<StorageProblem> problem(engine::ErrorCode code, const QString& path, const std::string& what) {
    return tl::unexpected(problemOf({code, path.toStdString() + ": " + what}, path));
}

// The upper half of Windows-1252 where it differs from Latin-1: quotes and dashes of old word processors.
constexpr char16_t kWindows1252[32] = {0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                       0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD,
                                       0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                       0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};

QString fromWindows1252(const QByteArray& bytes) {
    QString text = QString::fromLatin1(bytes);
    for (QChar& unit : text)
        if (unit.unicode() >= 0x80 && unit.unicode() < 0xA0)
            unit = QChar(kWindows1252[unit.unicode() - 0x80]);
    return text;
}

QString decode(const QByteArray& bytes) {
    const auto marked = QStringConverter::encodingForData(bytes);
    QStringDecoder decoder(marked.value_or(QStringConverter::Utf8));
    QString text = decoder(bytes);
    return decoder.hasError() && !marked ? fromWindows1252(bytes) : text;
}

} // namespace

StorageResult<QString> readTextFile(const QString& path) {
    QFile file(path);
    if (!file.exists())
        return problem(engine::ErrorCode::FileNotFound, path, "there is no such file");
    if (!file.open(QIODevice::ReadOnly) || !QFileInfo(path).isFile())
        return problem(engine::ErrorCode::FileUnreadable, path, file.errorString().toStdString());
    if (file.size() > kLargestText)
        return problem(engine::ErrorCode::InvalidText, path, "larger than 64 MB");
    const QByteArray bytes = file.readAll();
    if (file.error() != QFile::NoError)
        return problem(engine::ErrorCode::FileUnreadable, path, file.errorString().toStdString());
    QString text = decode(bytes);
    if (text.contains(QChar(u'\0')))
        return problem(engine::ErrorCode::InvalidText, path, "holds zero bytes");
    text.replace(QStringLiteral("\r\n"), QStringLiteral("\n"));
    text.replace(u'\r', u'\n');
    return text;
}

StorageResult<void> writeTextFile(const QString& path, const QString& text) {
    auto file = engine::AtomicFile::create(std::filesystem::path(path.toStdU16String()));
    if (!file)
        return tl::unexpected(problemOf(file.error(), path));
    auto done = file->write(blobOf(text.toUtf8()));
    if (done)
        done = file->commit();
    if (!done)
        return tl::unexpected(problemOf(done.error(), path));
    return {};
}

} // namespace app
