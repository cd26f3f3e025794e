#include "app/document/sentences.h"

#include <QString>

#include <algorithm>
#include <array>

namespace app {

namespace {

bool endsParagraph(QChar c) { return c == u'\n' || c == u'\r'; }

bool isEndMark(QChar c) {
    return c == u'.' || c == u'!' || c == u'?' || c == u'…' || c == u'。' || c == u'！' || c == u'？';
}

bool closes(QChar c) { return QStringView(u"\"'”’»)]*_」』").contains(c); }

// A full stop behind these ends no sentence.
bool isShortened(QStringView before) {
    constexpr std::array kShort{u"Mr",  u"Mrs", u"Ms",  u"Dr", u"St", u"Prof", u"Sgt", u"Capt", u"Lt",
                                u"Col", u"Gen", u"Rev", u"Jr", u"Sr", u"vs",   u"etc", u"e.g",  u"i.e"};
    qsizetype from = before.size();
    while (from > 0 && !before[from - 1].isSpace() && before.size() - from < 6)
        --from;
    QStringView word = before.sliced(from);
    while (!word.isEmpty() && !word.front().isLetter())
        word = word.sliced(1);
    const bool isInitial = word.size() == 1 && word.front().isUpper();
    return isInitial || std::ranges::any_of(kShort, [word](const char16_t* each) { return word == each; });
}

// Behind the sentence that ends with the mark at `at`, before the spaces; -1 if none ends there.
qsizetype endBehind(QStringView text, qsizetype at) {
    const QChar mark = text[at];
    qsizetype end = at + 1;
    while (end < text.size() && (isEndMark(text[end]) || closes(text[end])))
        ++end;
    if (mark == u'。' || mark == u'！' || mark == u'？' || end == text.size())
        return end;
    if (!text[end].isSpace())
        return -1; // 3.5, a name with dots
    qsizetype next = end;
    while (next < text.size() && text[next].isSpace())
        ++next;
    // “Stop!” he said: what goes on in small letters is the same sentence.
    if (next < text.size() && text[next].isLower())
        return -1;
    return mark == u'.' && isShortened(text.first(at)) ? -1 : end;
}

} // namespace

TextRange sentenceAt(QStringView text, qsizetype position) {
    position = std::clamp<qsizetype>(position, 0, text.size());
    qsizetype from = position, to = position;
    while (from > 0 && position - from < kSentenceSight && !endsParagraph(text[from - 1]))
        --from;
    while (to < text.size() && to - position < kSentenceSight && !endsParagraph(text[to]))
        ++to;
    const QStringView sight = text.sliced(from, to - from);
    const qsizetype at = position - from;
    qsizetype start = 0, end = sight.size();
    for (qsizetype i = 0; i < sight.size(); ++i) {
        if (!isEndMark(sight[i]))
            continue;
        const qsizetype behind = endBehind(sight, i);
        if (behind < 0)
            continue;
        if (behind >= at) {
            end = behind;
            break;
        }
        start = behind;
        i = behind - 1;
    }
    while (start < at && sight[start].isSpace())
        ++start;
    // In the spaces between two, the one that comes.
    while (end > start && end > at && sight[end - 1].isSpace())
        --end;
    return {from + start, end - start};
}

} // namespace app
