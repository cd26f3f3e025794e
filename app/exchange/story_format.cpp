#include "app/exchange/story_format.h"

#include <QFileInfo>
#include <QStringList>

namespace app {

const QList<StoryFormat>& allStoryFormats() {
    using enum StoryFormat;
    static const QList<StoryFormat> kAll{PlainText, Markdown, Docx, Odt, Epub, Html, Pdf};
    return kAll;
}

QStringList endingsOf(StoryFormat format) {
    switch (format) {
    case StoryFormat::PlainText: return {QStringLiteral("txt")};
    case StoryFormat::Markdown: return {QStringLiteral("md"), QStringLiteral("markdown")};
    case StoryFormat::Docx: return {QStringLiteral("docx")};
    case StoryFormat::Odt: return {QStringLiteral("odt")};
    case StoryFormat::Epub: return {QStringLiteral("epub")};
    case StoryFormat::Html: return {QStringLiteral("html"), QStringLiteral("htm"), QStringLiteral("xhtml")};
    case StoryFormat::Pdf: break;
    }
    return {QStringLiteral("pdf")};
}

std::optional<StoryFormat> formatOfFile(const QString& path) {
    const QString ending = QFileInfo(path).suffix().toLower();
    for (const StoryFormat format : allStoryFormats())
        if (endingsOf(format).contains(ending))
            return format;
    return std::nullopt;
}

bool hasDetails(StoryFormat format) {
    return format != StoryFormat::PlainText && format != StoryFormat::Markdown;
}

} // namespace app
