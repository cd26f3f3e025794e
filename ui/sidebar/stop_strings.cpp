#include "ui/sidebar/stop_strings.h"

namespace ui {

QStringList stopStringsFrom(const QString& lines) {
    QStringList stops;
    for (const QString& line : lines.split(u'\n', Qt::SkipEmptyParts)) {
        QString stop;
        for (qsizetype i = 0; i < line.size(); ++i) {
            const bool isEscape =
                line[i] == u'\\' && i + 1 < line.size() && (line[i + 1] == u'n' || line[i + 1] == u'\\');
            if (isEscape) {
                ++i;
                stop += line[i] == u'n' ? QChar(u'\n') : QChar(u'\\');
            } else {
                stop += line[i];
            }
        }
        stops.append(stop);
    }
    return stops;
}

QString textOfStopStrings(const QStringList& stops) {
    QStringList lines;
    for (QString stop : stops) {
        stop.replace(u'\\', QLatin1String("\\\\")).replace(u'\n', QLatin1String("\\n"));
        lines.append(stop);
    }
    return lines.join(u'\n');
}

QList<app::WordBias> biasesFrom(const QString& lines) {
    QList<app::WordBias> biases;
    for (const QString& line : lines.split(u'\n', Qt::SkipEmptyParts)) {
        const qsizetype sign = line.lastIndexOf(u'=');
        if (sign <= 0) {
            continue;
        }
        const QString number = line.mid(sign + 1).trimmed().replace(u',', u'.');
        bool isNumber = false;
        const double bias = number.toDouble(&isNumber);
        const QString word = line.first(sign).trimmed();
        if (isNumber && !word.isEmpty() && bias <= 100 && (bias >= -100 || qIsInf(bias))) {
            biases.append({word, bias});
        }
    }
    return biases;
}

QString textOfBiases(const QList<app::WordBias>& biases) {
    QStringList lines;
    for (const app::WordBias& bias : biases) {
        lines.append(QStringLiteral("%1 = %2").arg(bias.text).arg(bias.bias));
    }
    return lines.join(u'\n');
}

} // namespace ui
