#include "app/reading/story_places.h"

#include "app/document/characters.h"

#include <algorithm>

namespace app {

namespace {

constexpr qsizetype kUnitsPerWord = 8; // at most, on average

// The place behind the first `sign` in [from, to), or -1.
qsizetype behindFirst(QStringView story, QChar sign, qsizetype from, qsizetype to) {
    const qsizetype found = story.first(to).indexOf(sign, from);
    return found < 0 || found + 1 >= to ? -1 : found + 1;
}

} // namespace

qsizetype startOfLastWords(QStringView story, int words) {
    const qsizetype floor = std::max<qsizetype>(0, story.size() - kUnitsPerWord * words);
    qsizetype at = story.size();
    bool isInWord = false;
    int seen = 0;
    while (at > floor) {
        const bool isSpace = story[at - 1].isSpace();
        if (isSpace && isInWord && ++seen == words)
            break;
        isInWord = !isSpace;
        --at;
    }
    return characterStart(story, at);
}

qsizetype startOfLastParagraphs(QStringView story, int paragraphs) {
    qsizetype end = story.size();
    qsizetype place = end;
    int seen = 0;
    while (seen < paragraphs) {
        const qsizetype start = end == 0 ? 0 : story.first(end).lastIndexOf(u'\n') + 1;
        if (seen == 0 || !story.sliced(start, end - start).trimmed().isEmpty()) {
            ++seen;
            place = start;
        }
        if (start == 0)
            return place;
        end = start - 1; // without the line end
    }
    return place;
}

qsizetype startWithin(QStringView story, const QList<qsizetype>& tokenEnds, int limit) {
    const qsizetype tokens = tokenEnds.size();
    if (limit <= 0 || tokens <= limit)
        return 0;
    const qsizetype step = std::max(limit / 4, 1);
    const qsizetype first = (tokens - limit + step - 1) / step * step;
    const qsizetype from = std::clamp<qsizetype>(tokenEnds[first - 1], 0, story.size());
    const qsizetype to =
        first + step <= tokens ? std::min(tokenEnds[first + step - 1], story.size()) : story.size();
    for (const QChar sign : {u'\n', u' '})
        if (const qsizetype place = behindFirst(story, sign, std::max<qsizetype>(from - 1, 0), to); place > 0)
            return place;
    return characterEnd(story, from);
}

} // namespace app
