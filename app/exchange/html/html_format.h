// html_format.h: stories as HTML pages. Written as HTML that is XML too. Read by libxml2's HTML parser, as
// events and without a tree, so that neither broken nor deeply nested pages are a danger; nothing is loaded
// from anywhere. Read: headings, paragraphs, <br>, <hr>, <em> <i> <strong> <b> and their styles, quotations,
// lists ("- ", "1. "), rows of tables as lines. Scripts, styles, pictures and notes are left out.
// Threads: pure functions.
#pragma once

#include "app/exchange/import_fault.h"
#include "app/exchange/story/story_builder.h"

#include <QByteArray>

namespace app {

[[nodiscard]] QByteArray writeHtml(const FormattedStory& story);
// Faults: PicturesOnly.
[[nodiscard]] ImportResult<ImportedStory> readHtml(const QByteArray& bytes);

// What a page says of itself beside its text.
struct PageFacts {
    StoryDetails details;
    std::optional<Separation> separation; // if Inkgate wrote it
};
// Puts the page's blocks into `builder`, for books of several pages.
[[nodiscard]] PageFacts readPage(const QByteArray& bytes, StoryBuilder& builder, LeftOut& leftOut);

} // namespace app
