// prompt_assembly.h: the one place where a prompt is put together (docs/reading.md): what the model reads
// before it goes on, of which parts it is made, and how many tokens each has. Whoever shows a prompt and
// whoever writes from it calls this.
// Threads: pure but for what the counter remembers; may take as long as reading a novel into tokens (some
// tenths of a second), so not the GUI thread.
#pragma once

#include "app/reading/lore_search.h"
#include "app/reading/reading_settings.h"

#include <QList>
#include <QString>
#include <QStringView>

#include <optional>
#include <stop_token>

namespace app {

// A model's tokens.
class TokenCounter {
public:
    virtual ~TokenCounter() = default;
    // Where the tokens of a text end, in units, ascending; nothing if there is no telling.
    [[nodiscard]] virtual std::optional<QList<qsizetype>> ends(QStringView text) const = 0;
};

struct PromptPart {
    enum class Kind { Memory = 0, Lore = 1, Note = 2, Story = 3 }; // stored: numbers are fixed

    Kind kind = Kind::Story;
    qsizetype start = 0; // in the prompt, units
    qsizetype length = 0;
    int tokens = 0;          // that begin in it
    qsizetype inStory = -1;  // Story: where it is from; Lore: where its key was found, or -1
    qsizetype keyLength = 0; // Lore: of what was found there
    qsizetype entry = -1;    // Lore: in the lorebook as it was then
    QString name{};          // Lore: of the entry
    QString key{};           // Lore: that was found; empty: it is always there

    [[nodiscard]] qsizetype end() const { return start + length; }
    bool operator==(const PromptPart&) const = default;
};

struct Prompt {
    QString text;
    QList<PromptPart> parts;  // in order, one behind the other, covering the text
    qsizetype storyStart = 0; // of the first unit of the story that is read
    qsizetype storyEnd = 0;   // where the model goes on: the length of the source's story
    bool isCounted = false;   // the tokens are known
    LoreFinds lore;

    // Nothing but the story, all of it: as it was before there was anything else.
    [[nodiscard]] bool isWholeStory() const { return text.size() == storyEnd && storyStart == 0; }
    [[nodiscard]] int tokens() const; // of all parts; the sign that begins a text is not counted
    bool operator==(const Prompt&) const = default;
};

// Without a counter nothing is counted, and the limit is none.
// `stop` shortens the search for lore; whoever stops it does not use the prompt.
[[nodiscard]] Prompt assemblePrompt(const PromptSource& source, const TokenCounter* counter,
                                    const std::stop_token& stop = {});

} // namespace app
