// story_file_fuzzer.cpp: any bytes as a file with a story: a reason with a sentence, or a story whose text
// can be written. INKGATE_FUZZ_NAME is the file's name. In a package made of the bytes, they are
// the part that holds the text, so that what is behind the archive is reached, too.
#include "app/exchange/package/zip_package.h"
#include "app/exchange/story/story_text.h"
#include "app/exchange/story_files.h"

#include <cstdint>
#include <cstdlib>

using namespace app;

namespace {

void check(const QByteArray& bytes) {
    const QString name = QStringLiteral(INKGATE_FUZZ_NAME);
    const auto read = readStoryFile(bytes, name);
    if (!read) {
        if (sentenceOf(read.error(), name).isEmpty())
            std::abort();
        return;
    }
    const QString text = writeStoryText(read->story);
    if (writeStoryText(readStoryText(text)).size() > text.size())
        std::abort();
    (void)read->leftOut.sentence();
}

QByteArray packaged(const QByteArray& bytes) {
    ZipWriter package;
    if (QStringLiteral(INKGATE_FUZZ_NAME).endsWith(QLatin1String("docx"))) {
        package.add(QStringLiteral("[Content_Types].xml"), "<Types/>");
        package.add(QStringLiteral("word/document.xml"), bytes);
        package.add(QStringLiteral("word/styles.xml"), bytes);
    } else {
        package.add(QStringLiteral("mimetype"), "application/vnd.oasis.opendocument.text", true);
        package.add(QStringLiteral("content.xml"), bytes);
        package.add(QStringLiteral("styles.xml"), bytes);
        package.add(QStringLiteral("meta.xml"), bytes);
    }
    return package.finish();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const QByteArray bytes(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    check(bytes);
    if (!bytes.startsWith("PK") && !QStringLiteral(INKGATE_FUZZ_NAME).endsWith(QLatin1String("html")))
        check(packaged(bytes));
    return 0;
}
