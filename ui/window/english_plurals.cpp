#include "ui/window/english_plurals.h"

namespace ui {

QString EnglishPlurals::translate(const char* /*context*/, const char* text, const char* /*disambiguation*/,
                                  int n) const {
    const QString source = QString::fromUtf8(text);
    if (n < 0 || !source.contains(u'(')) {
        return {}; // as it stands in the source
    }
    QString counted = source;
    for (const auto* const ending : {"s", "es"}) {
        counted.replace(QStringLiteral("(%1)").arg(QLatin1String(ending)),
                        n == 1 ? QString() : QLatin1String(ending));
    }
    return counted;
}

} // namespace ui
