#include "app/document/words.h"

namespace app {

int countWords(QStringView text, bool* wordState) {
    int words = 0;
    bool isInside = wordState != nullptr && *wordState;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text[i];
        // Surrogates count as letters: what stands there is more often a letter or a picture than a space.
        const bool isLetter = c.isLetterOrNumber() || c.isMark() || c.isSurrogate();
        if (isLetter && !isInside) {
            ++words;
        }
        const bool joins = isInside && (c == u'\'' || c == u'\u2019' || c == u'-');
        isInside = isLetter || joins;
    }
    if (wordState != nullptr) {
        *wordState = isInside;
    }
    return words;
}

TextRange wholeWords(QStringView text, const TextRange& range) {
    const auto isPartOfWord = [text](qsizetype at) {
        const QChar c = text[at];
        return c.isLetterOrNumber() || c.isMark() || c.isSurrogate() || c == u'\'' || c == u'\u2019' ||
               c == u'-';
    };
    qsizetype from = range.position, to = range.end();
    while (from > 0 && isPartOfWord(from - 1))
        --from;
    while (to < text.size() && isPartOfWord(to))
        ++to;
    return {from, to - from};
}

bool isHyphen(QChar sign) { return sign == u'-' || sign == u'\u2010' || sign == u'\u2011'; }

bool isUnspacedScript(QChar::Script script) {
    switch (script) {
    case QChar::Script_Han:
    case QChar::Script_Hiragana:
    case QChar::Script_Katakana:
    case QChar::Script_Thai:
    case QChar::Script_Lao:
    case QChar::Script_Khmer:
    case QChar::Script_Myanmar:
    case QChar::Script_Tibetan:
    case QChar::Script_Javanese: return true;
    default: return false;
    }
}

} // namespace app
