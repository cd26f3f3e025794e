#include "app/exchange/package/xml_text.h"

namespace app {

QString xmlText(QStringView text) {
    QString result;
    result.reserve(text.size());
    for (qsizetype at = 0; at < text.size(); ++at) {
        const QChar unit = text[at];
        if (unit.isHighSurrogate() && at + 1 < text.size() && text[at + 1].isLowSurrogate()) {
            result += unit;
            result += text[++at];
        } else if (unit.isSurrogate() || unit.unicode() >= 0xFFFE) {
            result += QChar::ReplacementCharacter;
        } else if (unit.unicode() >= 0x20 || unit == u'\t' || unit == u'\n') {
            result += unit;
        }
    }
    return result;
}

} // namespace app
