// part_words.h: the parts of a prompt in words a writer understands.
// Threads: GUI thread only (translations).
#pragma once

#include "app/reading/prompt_assembly.h"
#include "app/writing/reading_preview.h"

#include <QString>

namespace ui {

// "Memory", "Lore: Ferry", "The story, from its beginning".
[[nodiscard]] QString titleOf(const app::PromptPart& part, const app::Prompt& prompt);
// Why a part is there, or where it stands; empty: its title says it.
[[nodiscard]] QString reasonOf(const app::PromptPart& part, int noteDepth);
// How many tokens, how many of them new, and how long reading these takes.
[[nodiscard]] QString summaryOf(const app::ReadingPreview& preview);
// "about 3 seconds".
[[nodiscard]] QString durationOf(double seconds);

} // namespace ui
