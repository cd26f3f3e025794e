#include "app/spelling/story_words.h"

#include "app/document/words.h"

#include <algorithm>
#include <array>

namespace app {

namespace {

constexpr qsizetype kLongestChunk = 400; // what has no space for so long is no prose
constexpr qsizetype kLongestWord = 60;   // longer ones are shouts; dictionaries take up to 100 bytes
constexpr QChar kSoftHyphen(0x00ad);

bool isApostrophe(QChar c) { return c == u'\'' || c == u'\u2019' || c == u'\u02bc'; }
// A quotation mark that opens may be meant as an apostrophe: ‘tis.
bool isApostropheBefore(QChar c) { return isApostrophe(c) || c == u'\u2018'; }
bool isInvisible(QChar c) { return c == kSoftHyphen || c == u'\u200b' || c == u'\u200c' || c == u'\u200d'; }

// One code point of the text.
struct Point {
    char32_t value = 0;
    qsizetype size = 1;
};

Point pointAt(QStringView text, qsizetype at) {
    const QChar c = text[at];
    if (c.isHighSurrogate() && at + 1 < text.size() && text[at + 1].isLowSurrogate())
        return {QChar::surrogateToUcs4(c, text[at + 1]), 2};
    return {c.unicode(), 1};
}

bool isWordPoint(char32_t point) {
    return QChar::isLetterOrNumber(point) || QChar::isMark(point) ||
           (point < 0x10000 && isInvisible(QChar(static_cast<char16_t>(point))));
}

bool isWordAt(QStringView text, qsizetype at) {
    return at >= 0 && at < text.size() && isWordPoint(pointAt(text, at).value);
}

// --- what is no prose -------------------------------------------------

// Up to where a piece without spaces is prose: before an address, or the target of a link.
qsizetype proseEnd(QStringView chunk) {
    qsizetype end = chunk.size();
    if (const qsizetype scheme = chunk.indexOf(QLatin1String("://")); scheme >= 0) {
        qsizetype start = scheme;
        while (start > 0 && chunk[start - 1].isLetterOrNumber())
            --start;
        end = std::min(end, start);
    }
    if (const qsizetype target = chunk.indexOf(QLatin1String("](")); target >= 0)
        end = std::min(end, target);
    if (const qsizetype site = chunk.indexOf(QLatin1String("www."), 0, Qt::CaseInsensitive);
        site >= 0 && (site == 0 || !chunk[site - 1].isLetterOrNumber()))
        end = std::min(end, site);
    return end;
}

bool hasKnownEnding(QStringView chunk) {
    static constexpr std::array kEndings{"com", "org", "net", "edu", "gov",  "io",   "de",   "uk",   "fr",
                                         "txt", "md",  "doc", "pdf", "docx", "odt",  "html", "epub", "jpg",
                                         "png", "css", "exe", "py",  "cpp",  "json", "zip",  "csv"};
    const qsizetype dot = chunk.lastIndexOf(u'.', std::max<qsizetype>(chunk.size() - 2, 0));
    if (dot <= 0 || !isWordAt(chunk, dot - 1))
        return false;
    qsizetype end = dot + 1;
    while (end < chunk.size() && chunk[end].isLetterOrNumber())
        ++end;
    const QStringView ending = chunk.sliced(dot + 1, end - dot - 1);
    return std::any_of(kEndings.begin(), kEndings.end(),
                       [&](const char* known) { return ending == QLatin1String(known); });
}

// Names of programs' things: e-mail, paths, identifiers, code, names of files and sites.
bool isTechnical(QStringView chunk) {
    for (qsizetype i = 1; i + 1 < chunk.size(); ++i) {
        const bool isBetween = chunk[i - 1].isLetterOrNumber() && chunk[i + 1].isLetterOrNumber();
        if (isBetween && (chunk[i] == u'@' || chunk[i] == u'_'))
            return true;
    }
    const bool isPath = chunk.startsWith(u"~/") || (chunk.startsWith(u'/') && chunk.count(u'/') > 1) ||
                        chunk.contains(QLatin1String(":\\"));
    const bool isCode = chunk.size() > 2 && chunk.startsWith(u'`') && chunk.indexOf(u'`', 1) > 0;
    return isPath || isCode || chunk.startsWith(u'@') || hasKnownEnding(chunk);
}

// --- words -------------------------------------------------

// Where the word that begins at `start` ends.
qsizetype wordEnd(QStringView text, qsizetype start) {
    qsizetype at = start;
    while (at < text.size()) {
        const Point point = pointAt(text, at);
        if (isWordPoint(point.value)) {
            at += point.size;
            continue;
        }
        const QChar c = text[at];
        qsizetype behind = at + 1;
        if (c == u'*') // emphasis that begins or ends inside of a word
            behind = at + (behind < text.size() && text[behind] == u'*' ? 2 : 1);
        else if (!isApostrophe(c) && !isHyphen(c))
            break;
        if (!isWordAt(text, behind))
            break;
        at = behind;
    }
    return at;
}

QString formOf(QStringView word) {
    QString form;
    form.reserve(word.size());
    for (const QChar c : word) {
        if (isApostrophe(c))
            form += u'\'';
        else if (isHyphen(c))
            form += u'-';
        else if (c != u'*' && !isInvisible(c))
            form += c;
    }
    return form.normalized(QString::NormalizationForm_C);
}

// Capitals alone, but for the s of a genitive: NATO, NATO's, USAs.
bool isCapitals(QStringView form) {
    if (form.endsWith(u's'))
        form.chop(1);
    int letters = 0;
    for (const QChar c : form) {
        if (c.isLower())
            return false;
        letters += c.isUpper() ? 1 : 0;
    }
    return letters > 1;
}

bool isAskedAbout(QStringView form) {
    qsizetype letters = 0;
    for (const QChar c : form) {
        if (c.isNumber() || c.isSurrogate() || isUnspacedScript(c.script()))
            return false;
        letters += c.isLetter() ? 1 : 0;
    }
    return letters > 1 && form.size() <= kLongestWord && !isCapitals(form);
}

// The end of a tag or an entity that begins here; `at` if none does.
qsizetype behindMarkup(QStringView chunk, qsizetype at) {
    const QChar c = chunk[at];
    const bool isTag =
        c == u'<' && at + 1 < chunk.size() && (chunk[at + 1].isLetter() || chunk[at + 1] == u'/');
    const bool isEntity =
        c == u'&' && at + 1 < chunk.size() && (chunk[at + 1].isLetter() || chunk[at + 1] == u'#');
    const qsizetype end = isTag ? chunk.indexOf(u'>', at) : isEntity ? chunk.indexOf(u';', at) : -1;
    return end < 0 ? at : end + 1;
}

// Appends the words of a piece without spaces. `start`: its place in `text`.
void addWords(QStringView text, qsizetype start, qsizetype end, QList<StoryWord>& words) {
    const QStringView whole = text.sliced(start, end - start);
    const QStringView chunk = whole.first(proseEnd(whole));
    if (isTechnical(chunk))
        return;
    for (qsizetype at = 0; at < chunk.size();) {
        if (const qsizetype behind = behindMarkup(chunk, at); behind > at) {
            at = behind;
            continue;
        }
        const Point point = pointAt(chunk, at);
        if (!isWordPoint(point.value)) {
            at += point.size;
            continue;
        }
        const qsizetype last = wordEnd(chunk, at);
        const QString form = formOf(chunk.sliced(at, last - at));
        if (isAskedAbout(form)) {
            QString context = form;
            if (at > 0 && isApostropheBefore(chunk[at - 1]))
                context.prepend(u'\'');
            if (last < chunk.size() && isApostrophe(chunk[last]))
                context += u'\'';
            else if (last < chunk.size() && chunk[last] == u'.')
                context += u'.';
            words.append({{start + at, last - at}, form, context});
        }
        at = last;
    }
}

} // namespace

QList<StoryWord> wordsIn(QStringView text, const TextRange& range) {
    QList<StoryWord> words;
    qsizetype at = std::clamp<qsizetype>(range.position, 0, text.size());
    const qsizetype end = std::clamp<qsizetype>(range.end(), at, text.size());
    if (at == end)
        return words;
    for (qsizetype i = 0; i < kLongestChunk && at > 0 && !text[at - 1].isSpace(); ++i)
        --at;
    while (at < end) {
        while (at < end && text[at].isSpace())
            ++at;
        if (at >= end)
            break;
        const qsizetype start = at;
        while (at < text.size() && at - start < kLongestChunk && !text[at].isSpace())
            ++at;
        if (at > start)
            addWords(text, start, at, words);
    }
    return words;
}

QList<StoryWord> hyphenParts(QStringView text, const StoryWord& word) {
    QList<StoryWord> parts;
    if (!word.form.contains(u'-'))
        return parts;
    const qsizetype end = word.range.end();
    for (qsizetype at = word.range.position; at < end; ++at) {
        const qsizetype start = at;
        while (at < end && !isHyphen(text[at]))
            ++at;
        const QString form = formOf(text.sliced(start, at - start));
        if (isAskedAbout(form))
            parts.append({{start, at - start}, form, form});
    }
    return parts;
}

QString writtenAs(QString replacement, QStringView word) {
    for (const QChar apostrophe : {QChar(u'\u2019'), QChar(u'\u02bc')})
        if (word.contains(apostrophe))
            return replacement.replace(u'\'', apostrophe);
    return replacement;
}

} // namespace app
