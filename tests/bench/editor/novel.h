// novel.h: a made-up novel for measuring: headings, dialogue, paragraphs of every length, a share of it
// written by a model. The same words each time.
// Threads: values.
#pragma once

#include "app/document/spanned_text.h"

namespace bench {

struct NovelPlan {
    int words = 130'000;
    int generatedPieces = 400; // passages of a model, each a run of its own, with the writer's words in some
};

[[nodiscard]] app::SpannedText novel(const NovelPlan& plan);
// One paragraph of about so many units.
[[nodiscard]] QString longParagraph(qsizetype units);

} // namespace bench
