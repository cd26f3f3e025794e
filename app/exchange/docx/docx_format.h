// docx_format.h: stories as Word documents (ECMA-376, WordprocessingML). Written with styles named as Word
// names its own, so that outline and table of contents work. Read: headings by style or outline level,
// emphasis of runs and character styles, quotations, lists and numbered headings with their labels
// (list_labels.h), centred signs as scene breaks, rows of tables as lines; tracked insertions are kept,
// deletions are not. Lists are written as they stand in the text: the story knows none.
// Threads: pure functions.
#pragma once

#include "app/exchange/package/zip_package.h"
#include "app/exchange/story/story_builder.h"
#include "app/exchange/write_progress.h"

namespace app {

// Empty if memory does not suffice or it was stopped.
[[nodiscard]] QByteArray writeDocx(const FormattedStory& story, const WriteProgress& progress = {});
// Faults: Damaged, TooLarge, Encrypted, PicturesOnly.
[[nodiscard]] ImportResult<ImportedStory> readDocx(ZipReader& package);

} // namespace app
