// story_format.h: the formats that stories come and go in.
// Threads: pure functions.
#pragma once

#include <QList>
#include <QString>

#include <optional>

namespace app {

enum class StoryFormat { PlainText, Markdown, Docx, Odt, Epub, Html, Pdf };

// In the order in which a dialog shows them.
[[nodiscard]] const QList<StoryFormat>& allStoryFormats();
// The endings of its files, without the dot; the usual one first.
[[nodiscard]] QStringList endingsOf(StoryFormat format);
// Absent if the ending is none of these.
[[nodiscard]] std::optional<StoryFormat> formatOfFile(const QString& path);
// The format has a place for title, author and language.
[[nodiscard]] bool hasDetails(StoryFormat format);

} // namespace app
