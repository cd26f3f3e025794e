// story_text.h: the text on the writer's page as a formatted story, and back. formatted_story.h says how a
// text is understood.
// Threads: pure functions; half a second for a million words.
#pragma once

#include "app/exchange/story/formatted_story.h"

namespace app {

[[nodiscard]] FormattedStory readStoryText(QStringView text);
// readStoryText() reads it as the same story. Of a text that was read, it is the text itself, but for spaces
// in blank lines, backslashes that are not needed, and emphasis inside emphasis of the same strength.
[[nodiscard]] QString writeStoryText(const FormattedStory& story);

// firstWords() looks no further: a title is in the beginning of a story or nowhere.
inline constexpr qsizetype kFirstWordsWithin = 2000;

// What an untitled story is called: the beginning of its first line that has words, without marks, at most
// about 40 characters long and cut between words; empty if there are none.
[[nodiscard]] QString firstWords(QStringView text);

} // namespace app
