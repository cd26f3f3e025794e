#include "app/document/characters.h"

#include <QTextBoundaryFinder>

#include <algorithm>

namespace app {

namespace {

// Longer ones are no characters of any language.
constexpr qsizetype kLongestCharacter = 128;
constexpr char16_t kFirstMark = 0x0300; // nothing below joins what stands before it, but the end of a line

// Whatever stands between two of these is decided at once.
bool isPlain(QChar unit) { return unit.unicode() < kFirstMark && unit != u'\r' && unit != u'\n'; }

// The part of the text that decides about the places around `position`.
struct Surroundings {
    Surroundings(QStringView text, qsizetype position)
        : start(std::max<qsizetype>(0, position - kLongestCharacter)) {
        for (qsizetype i = position - 1; i > start; --i) {
            if (isPlain(text[i]) && isPlain(text[i - 1])) {
                start = i;
                break;
            }
        }
        if (splitsPair(text, start))
            --start;
        part = text.mid(start, position - start + kLongestCharacter);
    }
    qsizetype start;
    QStringView part;
};

} // namespace

bool splitsPair(QStringView text, qsizetype position) {
    return position > 0 && position < text.size() && text[position - 1].isHighSurrogate() &&
           text[position].isLowSurrogate();
}

bool isBetweenCharacters(QStringView text, qsizetype position) {
    if (position <= 0 || position >= text.size() || (isPlain(text[position - 1]) && isPlain(text[position])))
        return true;
    if (splitsPair(text, position)) // Qt 6.4's finder takes some of these for boundaries
        return false;
    const Surroundings around(text, position);
    QTextBoundaryFinder finder(QTextBoundaryFinder::Grapheme, around.part.data(), around.part.size());
    finder.setPosition(position - around.start);
    return finder.isAtBoundary();
}

qsizetype characterStart(QStringView text, qsizetype position) {
    while (!isBetweenCharacters(text, position))
        --position;
    return position;
}

qsizetype characterEnd(QStringView text, qsizetype position) {
    while (!isBetweenCharacters(text, position))
        ++position;
    return position;
}

void widenToPairs(QStringView text, qsizetype& position, qsizetype& removedLength, QString& inserted) {
    qsizetype end = position + removedLength;
    const auto beginsLow = [](QStringView part) { return !part.isEmpty() && part.front().isLowSurrogate(); };
    const auto endsHigh = [](QStringView part) { return !part.isEmpty() && part.back().isHighSurrogate(); };
    const bool takesHigh =
        endsHigh(text.first(position)) && (beginsLow(text.mid(position)) || beginsLow(inserted));
    const bool takesLow = beginsLow(text.mid(end)) && (endsHigh(text.first(end)) || endsHigh(inserted));
    const bool meet = takesHigh && takesLow && inserted.isEmpty();
    const bool keepsHigh = takesHigh && (beginsLow(inserted) || meet);
    const bool keepsLow = takesLow && (endsHigh(inserted) || meet);
    if (keepsHigh)
        inserted.prepend(text[position - 1]);
    if (keepsLow)
        inserted.append(text[end]);
    position -= takesHigh ? 1 : 0;
    end += takesLow ? 1 : 0;
    removedLength = end - position;
}

} // namespace app
