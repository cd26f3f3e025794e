// story_words.h: which words of a story a dictionary is asked about, and how they are written there.
//
// Words are parted as a reader parts them. Apostrophes, hyphens and marks of emphasis inside belong to a word
// ("don’t", "well-known", "un*believ*able"). Not asked about: what has digits, addresses, e-mail, names of
// files and of programs' things, words in capitals, single letters, and scripts that part no words by spaces.
// Threads: pure functions.
#pragma once

#include "app/document/text_origin.h"

#include <QList>
#include <QString>
#include <QStringView>

namespace app {

struct StoryWord {
    TextRange range; // in the text
    // As a dictionary has it: composed characters, the typewriter's apostrophe and hyphen, without soft
    // hyphens and marks of emphasis.
    QString form;
    // The same with what stands around it and may belong to it: 'tis, goin', etc. (with its full stop). What
    // stands there may as well be a quotation mark or the end of a sentence.
    QString context;

    bool operator==(const StoryWord&) const = default;
};

// The words of the text between two places. A word or an address that reaches over one of them counts as a
// whole, unless it is very long.
[[nodiscard]] QList<StoryWord> wordsIn(QStringView text, const TextRange& range);

// The parts of a word with hyphens; of others none.
[[nodiscard]] QList<StoryWord> hyphenParts(QStringView text, const StoryWord& word);

// `replacement` with apostrophes as the word in the text has them.
[[nodiscard]] QString writtenAs(QString replacement, QStringView word);

} // namespace app
