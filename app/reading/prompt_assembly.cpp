#include "app/reading/prompt_assembly.h"

#include "app/reading/story_places.h"

#include <algorithm>
#include <numeric>

namespace app {

namespace {

class Builder {
public:
    Builder(const PromptSource& source, const TokenCounter* counter, const std::stop_token& stop)
        : m_source(source)
        , m_settings(source.settings)
        , m_counter(counter) {
        m_prompt.storyEnd = source.story.size();
        m_prompt.lore = findLore(m_settings.lorebook, source.story, stop);
        m_prompt.storyStart = storyStart();
    }

    Prompt build() {
        addText({.kind = PromptPart::Kind::Memory}, m_settings.memory);
        addLore(LorePlace::Top);
        const qsizetype note =
            std::max(m_prompt.storyStart, startOfLastParagraphs(m_source.story, m_settings.noteDepth));
        addStory(m_prompt.storyStart, hasNote() ? note : m_prompt.storyEnd);
        if (hasNote()) {
            addLore(LorePlace::Note);
            addText({.kind = PromptPart::Kind::Note}, m_settings.note);
            addStory(note, m_prompt.storyEnd);
        }
        countTokens();
        return std::move(m_prompt);
    }

private:
    [[nodiscard]] qsizetype storyStart() const {
        const auto ends =
            m_settings.limit > 0 && m_counter != nullptr ? m_counter->ends(m_source.story) : std::nullopt;
        return ends ? startWithin(m_source.story, *ends, m_settings.limit) : 0;
    }

    [[nodiscard]] bool isAt(const LoreHit& hit, LorePlace place) const {
        return m_settings.lorebook.entries[hit.entry].place == place;
    }

    [[nodiscard]] bool hasNote() const {
        return !m_settings.note.trimmed().isEmpty() ||
               std::ranges::any_of(m_prompt.lore.fired,
                                   [this](const LoreHit& hit) { return isAt(hit, LorePlace::Note); });
    }

    void add(PromptPart part, QStringView text) {
        part.start = m_prompt.text.size();
        part.length = text.size();
        m_prompt.text += text;
        m_prompt.parts.append(part);
    }

    // What is not the story is one or more lines of its own.
    void addText(const PromptPart& part, const QString& text) {
        if (!text.trimmed().isEmpty())
            add(part, text.endsWith(u'\n') ? text : text + u'\n');
    }

    void addLore(LorePlace place) {
        for (const LoreHit& hit : std::as_const(m_prompt.lore.fired)) {
            const LoreEntry& entry = m_settings.lorebook.entries[hit.entry];
            if (entry.place == place)
                addText({.kind = PromptPart::Kind::Lore,
                         .inStory = hit.position,
                         .keyLength = hit.length,
                         .entry = hit.entry,
                         .name = entry.name,
                         .key = hit.key},
                        entry.text);
        }
    }

    void addStory(qsizetype from, qsizetype to) {
        if (to > from)
            add({.kind = PromptPart::Kind::Story, .inStory = from},
                QStringView(m_source.story).sliced(from, to - from));
    }

    // A token counts where it begins: one may reach from one part into the next.
    void countTokens() {
        const auto ends = m_counter != nullptr ? m_counter->ends(m_prompt.text) : std::nullopt;
        if (!ends)
            return;
        m_prompt.isCounted = true;
        if (m_prompt.parts.isEmpty())
            return;
        qsizetype start = 0;
        auto part = m_prompt.parts.begin();
        for (const qsizetype end : *ends) {
            // The rest of a last character of several tokens belongs to the last part.
            while (part + 1 != m_prompt.parts.end() && start >= part->end())
                ++part;
            ++part->tokens;
            start = end;
        }
    }

    const PromptSource& m_source;
    const ReadingSettings& m_settings;
    const TokenCounter* m_counter;
    Prompt m_prompt;
};

} // namespace

int Prompt::tokens() const {
    return std::accumulate(parts.begin(), parts.end(), 0,
                           [](int sum, const PromptPart& part) { return sum + part.tokens; });
}

Prompt assemblePrompt(const PromptSource& source, const TokenCounter* counter, const std::stop_token& stop) {
    return Builder(source, counter, stop).build();
}

} // namespace app
