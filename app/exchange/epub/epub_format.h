// epub_format.h: stories as books (EPUB 3.3), a file for every chapter: headings of the two highest levels
// begin one. Books of version 2 are read too: chapters in the order of the spine, pages by html_format.h.
// Threads: pure functions.
#pragma once

#include "app/exchange/package/zip_package.h"
#include "app/exchange/story/story_builder.h"
#include "app/exchange/write_progress.h"

#include <QDateTime>

namespace app {

// `changed`: when the story was. Empty if memory does not suffice or it was stopped.
[[nodiscard]] QByteArray writeEpub(const FormattedStory& story, const QDateTime& changed,
                                   const WriteProgress& progress = {});
// Faults: Damaged, TooLarge, Encrypted, PicturesOnly.
[[nodiscard]] ImportResult<ImportedStory> readEpub(ZipReader& package);

} // namespace app
