#include "app/runs/run_record.h"

#include "app/document/characters.h"

#include <algorithm>

namespace app {

void RunRecord::setPrompt(const QString& whole) {
    promptLength = whole.size();
    prompt = RunPrompt::endOf(whole);
    promptParts.clear();
    place = whole.size();
}

void RunRecord::setPrompt(const Prompt& whole) {
    if (whole.isWholeStory())
        return setPrompt(whole.text);
    promptLength = whole.text.size();
    promptParts = whole.parts;
    place = whole.storyEnd;
    // What is left out is of the first part of the story, so that all else is kept to the letter.
    const auto story = std::ranges::find(promptParts, PromptPart::Kind::Story, &PromptPart::kind);
    if (story == promptParts.end()) {
        prompt = RunPrompt::without(whole.text, 0, 0);
        return;
    }
    qsizetype leftOut =
        std::clamp<qsizetype>(promptLength - story->start - RunPrompt::kKeptUnits, 0, story->length);
    if (splitsPair(whole.text, story->start + leftOut))
        ++leftOut;
    prompt = RunPrompt::without(whole.text, story->start, leftOut);
    story->length -= leftOut;
    story->inStory += leftOut;
    for (auto part = story + 1; part != promptParts.end(); ++part)
        part->start -= leftOut;
}

QString RunRecord::storyBefore() const {
    const QString kept = prompt.text();
    if (promptParts.isEmpty())
        return kept;
    QString story;
    for (const PromptPart& part : promptParts)
        if (part.kind == PromptPart::Kind::Story)
            story += QStringView(kept).mid(part.start, part.length);
    return story;
}

int RunRecord::tokenAt(qsizetype position) const {
    const auto behind = std::ranges::upper_bound(tokens, position, {}, &RunToken::start);
    if (behind == tokens.begin())
        return -1;
    const auto token = behind - 1;
    return position < token->end ? static_cast<int>(token - tokens.begin()) : -1;
}

} // namespace app
