#include "app/assistant/prompt_window.h"

#include <algorithm>

namespace app {

qsizetype promptStart(QStringView text, qsizetype maxUnits) {
    maxUnits = std::max<qsizetype>(maxUnits, 0);
    if (text.size() <= maxUnits)
        return 0;
    qsizetype start = text.size() - maxUnits;
    if (start < text.size() && text[start].isLowSurrogate() && text[start - 1].isHighSurrogate())
        ++start;
    // A start right behind a line end is one already.
    const qsizetype limit = start + maxUnits / 2;
    const qsizetype lineEnd = text.indexOf(u'\n', start - 1);
    if (lineEnd >= 0 && lineEnd + 1 <= limit) {
        qsizetype paragraph = lineEnd + 1;
        while (paragraph < limit && text[paragraph] == u'\n')
            ++paragraph;
        return paragraph;
    }
    for (qsizetype i = start; i < limit; ++i)
        if (text[i - 1].isSpace() && !text[i].isSpace())
            return i;
    return start;
}

} // namespace app
