#include "app/storage/text_import.h"

#include "app/document/utf8_text.h"
#include "app/exchange/import_fault.h"
#include "app/files/file_path.h"
#include "app/storage/columns/sql_text.h"
#include "engine/core/atomic_file.h"
#include "engine/text/text_file.h"

#include <QCoreApplication>

#include <cstdint>
#include <filesystem>
#include <fstream>

namespace app {

namespace {

// The Bible has 4 MB; what is larger is not something to write on.
constexpr std::int64_t kLargestText = std::int64_t{64} << 20;

QString tr(const char* text, int count = -1) {
    return QCoreApplication::translate("app::TextImport", text, nullptr, count);
}

// "WINDOWS-1251" is how the converter spells it.
QString readableEncoding(const std::string& encoding) {
    QString name = QString::fromStdString(encoding);
    if (name == QLatin1String("CP932"))
        return QStringLiteral("Shift-JIS");
    if (name == QLatin1String("CP949"))
        return QStringLiteral("EUC-KR");
    if (name == QLatin1String("CP874"))
        return QStringLiteral("TIS-620");
    return name.replace(QLatin1String("WINDOWS"), QLatin1String("Windows"));
}

QString noticeOf(const engine::DecodedText& text, const QString& path) {
    const QString file = readableName(path);
    QString notice;
    if (!text.isUtf8())
        notice = tr("“%1” is not in UTF-8. It was read as %2; if words look wrong, save it as UTF-8 in the "
                    "program it came "
                    "from and open it again.")
                     .arg(file, readableEncoding(text.encoding));
    if (text.damages == 0)
        return notice;
    // With a plain text the place is all that is to be said.
    const QString places =
        tr("“%1” holds %n broken character(s), shown as �; the first is in line %2, byte %3.",
           static_cast<int>(text.damages))
            .arg(file)
            .arg(text.line)
            .arg(text.byteInLine);
    return notice.isEmpty() ? places : notice + u' ' + places;
}

} // namespace

StorageResult<QString> readTextFile(const QString& path, QString* notice) {
    // A pipe would keep every project waiting for whoever writes into it.
    const std::filesystem::path file = toSystemPath(path);
    std::error_code ignored;
    if (std::filesystem::exists(file, ignored) && !std::filesystem::is_regular_file(file, ignored))
        return failure(problemOf({engine::ErrorCode::FileUnreadable, file.string() + ": not a regular file"},
                                 readablePath(path)));
    const auto read = engine::readDecodedText(file, {.keptBytes = 0, .largestBytes = kLargestText});
    if (!read)
        return failure(problemOf(read.error(), readablePath(path)));
    if (notice != nullptr)
        *notice = noticeOf(*read, path);
    return fromUtf8(read->text);
}

StorageResult<QByteArray> readWholeFile(const QString& path, qsizetype mostBytes) {
    const std::filesystem::path file = toSystemPath(path);
    std::error_code reason;
    const auto size = std::filesystem::file_size(file, reason);
    if (!reason && size > static_cast<std::uintmax_t>(mostBytes))
        return failure({sentenceOf(ImportFault::TooLarge, readableName(path)), {}});
    QByteArray bytes(reason ? 0 : static_cast<qsizetype>(size), Qt::Uninitialized);
    std::ifstream in(file, std::ios::binary);
    in.read(bytes.data(), bytes.size());
    if (reason || in.gcount() != bytes.size())
        return failure(problemOf({engine::ErrorCode::FileUnreadable, file.string() + ": cannot be read"},
                                 readablePath(path)));
    return bytes;
}

StorageResult<void> writeWholeFile(const QString& path, const QByteArray& bytes) {
    auto file = engine::AtomicFile::create(toSystemPath(path));
    if (!file)
        return failure(problemOf(file.error(), path));
    auto done = file->write(blobOf(bytes));
    if (done)
        done = file->commit();
    if (!done)
        return failure(problemOf(done.error(), path));
    return {};
}

} // namespace app
