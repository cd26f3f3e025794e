// story_files.h: the bytes of files in all formats of stories: told apart, read and written.
// Threads: pure functions. A novel of 130,000 words takes well under a second either way.
#pragma once

#include "app/exchange/import_fault.h"
#include "app/exchange/story/story_builder.h"
#include "app/exchange/story_format.h"
#include "app/exchange/write_progress.h"

#include <QByteArray>
#include <QDateTime>

#include <optional>

namespace app {

// True if the file is to be read by readStoryFile() and not as plain text: by its first bytes, whatever its
// name; a page of HTML also by its name. Files that no text can be had from are among them, so that they are
// refused with their reason.
[[nodiscard]] bool isStoryFile(QByteArrayView firstBytes, const QString& name);
[[nodiscard]] ImportResult<ImportedStory> readStoryFile(const QByteArray& bytes, const QString& name);

// `text`: as on the page. Plain text and Markdown are the text itself, unchanged. Absent if memory does not
// suffice or it was stopped, and for PDF, which ui/exchange makes.
[[nodiscard]] std::optional<QByteArray> writeStoryFile(StoryFormat format, const QString& text,
                                                       const StoryDetails& details, const QDateTime& changed,
                                                       const WriteProgress& progress = {});

} // namespace app
