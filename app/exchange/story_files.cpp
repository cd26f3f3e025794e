#include "app/exchange/story_files.h"

#include "app/exchange/docx/docx_format.h"
#include "app/exchange/epub/epub_format.h"
#include "app/exchange/html/html_format.h"
#include "app/exchange/odt/odt_format.h"
#include "app/exchange/story/story_text.h"

namespace app {

namespace {

constexpr QByteArrayView kZip = "PK\x03\x04";
constexpr QByteArrayView kCompoundFile = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"; // .doc; docx with a password
constexpr QByteArrayView kRichText = "{\\rtf";
constexpr QByteArrayView kPdf = "%PDF-";

bool isPage(QByteArrayView bytes, const QString& name) {
    if (formatOfFile(name) == StoryFormat::Html)
        return true;
    if (bytes.startsWith("\xEF\xBB\xBF"))
        bytes = bytes.sliced(3);
    const QByteArray head =
        bytes.first(std::min<qsizetype>(bytes.size(), 512)).toByteArray().trimmed().toLower();
    return head.startsWith("<!doctype html") || head.startsWith("<html") ||
           (head.startsWith("<?xml") && head.contains("<html"));
}

// A name of a word processor's or e-reader's document.
bool isPackageName(const QString& name) {
    const auto format = formatOfFile(name);
    return format == StoryFormat::Docx || format == StoryFormat::Odt || format == StoryFormat::Epub;
}

ImportResult<ImportedStory> readPackage(const QByteArray& bytes) {
    auto package = ZipReader::open(bytes);
    if (!package)
        return importFailure(package.error());
    if (package->contains(QStringLiteral("mimetype"))) {
        const auto type = package->read(QStringLiteral("mimetype"));
        if (!type)
            return importFailure(type.error());
        if (type->trimmed() == "application/epub+zip")
            return readEpub(*package);
        if (type->startsWith("application/vnd.oasis.opendocument.text"))
            return readOdt(*package);
        return importFailure(ImportFault::OtherFile);
    }
    if (package->contains(QStringLiteral("META-INF/container.xml")))
        return readEpub(*package);
    const bool isOffice = package->contains(QStringLiteral("[Content_Types].xml"));
    const bool isOtherOffice = package->contains(QStringLiteral("xl/workbook.xml")) ||
                               package->contains(QStringLiteral("ppt/presentation.xml"));
    return isOffice && !isOtherOffice ? readDocx(*package) : importFailure(ImportFault::OtherFile);
}

} // namespace

bool isStoryFile(QByteArrayView firstBytes, const QString& name) {
    return firstBytes.startsWith(kZip) || firstBytes.startsWith("PK\x05\x06") ||
           firstBytes.startsWith(kCompoundFile) || firstBytes.startsWith(kRichText) ||
           firstBytes.startsWith(kPdf) || isPage(firstBytes, name) || isPackageName(name);
}

ImportResult<ImportedStory> readStoryFile(const QByteArray& bytes, const QString& name) {
    if (bytes.startsWith(kCompoundFile)) {
        // A compound file names its parts in UTF-16.
        const QByteArray locked("E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0", 32);
        return importFailure(bytes.contains(locked) ? ImportFault::Encrypted : ImportFault::OldWord);
    }
    if (bytes.startsWith(kRichText))
        return importFailure(ImportFault::RichText);
    if (bytes.startsWith(kPdf))
        return importFailure(ImportFault::Pdf);
    if (bytes.startsWith("PK"))
        return readPackage(bytes);
    if (isPage(bytes, name))
        return readHtml(bytes);
    return importFailure(ImportFault::Damaged);
}

std::optional<QByteArray> writeStoryFile(StoryFormat format, const QString& text, const StoryDetails& details,
                                         const QDateTime& changed, const WriteProgress& progress) {
    if (!progress.goesOn(0))
        return std::nullopt;
    if (format == StoryFormat::PlainText || format == StoryFormat::Markdown)
        return text.toUtf8();
    FormattedStory story = readStoryText(text);
    story.details = details;
    QByteArray bytes;
    switch (format) {
    case StoryFormat::Docx: bytes = writeDocx(story, progress); break;
    case StoryFormat::Odt: bytes = writeOdt(story, progress); break;
    case StoryFormat::Epub: bytes = writeEpub(story, changed, progress); break;
    case StoryFormat::Html: bytes = writeHtml(story, progress); break;
    default: break;
    }
    if (bytes.isEmpty())
        return std::nullopt;
    return bytes;
}

} // namespace app
