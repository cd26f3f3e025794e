// story_pages.h: a story set as pages, for PDF and for the printer: justified paragraphs with indented first
// lines, chapters on new pages, a number below each page, no single lines at the ends of pages. Made of one
// QTextLayout per paragraph rather than of a QTextDocument: memory and the wait for a stop stay small however
// long the story is, and lines are kept together as in books.
// Threads: any, one at a time per device.
#pragma once

#include "app/exchange/story/formatted_story.h"
#include "app/exchange/write_progress.h"

#include <QFont>

class QPagedPaintDevice;

namespace ui {

// False if it was stopped or the device took no more.
[[nodiscard]] bool paintStory(QPagedPaintDevice& device, const app::FormattedStory& story, const QFont& font,
                              const app::WriteProgress& progress);

} // namespace ui
