// html_format.h: stories as HTML pages. Written as HTML that is XML too. Read by libxml2's HTML parser, as
// events and without a tree, so that neither broken nor deeply nested pages are a danger; nothing is loaded
// from anywhere. Read: headings, paragraphs, <br>, <hr>, <em> <i> <strong> <b> and their styles, quotations,
// lists ("- ", "1. ", four spaces for each level), rows of tables as lines; of style sheets what
// style_rules.h reads. Scripts, pictures and notes are left out.
// Threads: pure functions.
#pragma once

#include "app/exchange/import_fault.h"
#include "app/exchange/story/story_builder.h"
#include "app/exchange/write_progress.h"

#include <QByteArray>

#include <functional>

namespace app {

// Empty if it was stopped.
[[nodiscard]] QByteArray writeHtml(const FormattedStory& story, const WriteProgress& progress = {});
// Faults: PicturesOnly.
[[nodiscard]] ImportResult<ImportedStory> readHtml(const QByteArray& bytes);

// What a page says of itself beside its text.
struct PageFacts {
    StoryDetails details;
    std::optional<Separation> separation; // if Inkgate wrote it
};
// The style sheet that a page names by this address; empty if there is none.
using SheetReader = std::function<QByteArray(const QString& address)>;
// Puts the page's blocks into `builder`, for books of several pages.
[[nodiscard]] PageFacts readPage(const QByteArray& bytes, StoryBuilder& builder, LeftOut& leftOut,
                                 const SheetReader& sheets = {});

} // namespace app
