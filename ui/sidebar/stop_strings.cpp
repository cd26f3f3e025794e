#include "ui/sidebar/stop_strings.h"

#include <QRegularExpression>

#include <algorithm>

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

TypedList<app::WordBias> biasesFrom(const QString& lines) {
    TypedList<app::WordBias> biases;
    for (const QString& line : lines.split(u'\n', Qt::SkipEmptyParts)) {
        const qsizetype sign = line.lastIndexOf(u'=');
        const QString word = line.first(std::max<qsizetype>(sign, 0)).trimmed();
        const QString number = line.mid(sign + 1).trimmed().replace(u',', u'.');
        bool isNumber = false;
        const double bias = number.toDouble(&isNumber);
        if (isNumber && !word.isEmpty() && bias <= 100 && (bias >= -100 || qIsInf(bias))) {
            biases.values.append({word, bias});
        } else if (biases.notUnderstood.isEmpty()) {
            biases.notUnderstood = line.trimmed();
        }
    }
    return biases;
}

TypedList<int> tokenIdsFrom(const QString& text) {
    static const QRegularExpression kBetween(QStringLiteral("[\\s,;]+"));
    TypedList<int> ids;
    for (const QString& piece : text.split(kBetween, Qt::SkipEmptyParts)) {
        bool isNumber = false;
        const int id = piece.toInt(&isNumber);
        if (isNumber && id >= 0) {
            ids.values.append(id);
        } else if (ids.notUnderstood.isEmpty()) {
            ids.notUnderstood = piece;
        }
    }
    return ids;
}

QString textOfTokenIds(const QList<int>& ids) {
    QStringList pieces;
    for (const int id : ids) {
        pieces.append(QString::number(id));
    }
    return pieces.join(QStringLiteral(", "));
}

QString textOfBiases(const QList<app::WordBias>& biases) {
    QStringList lines;
    for (const app::WordBias& bias : biases) {
        lines.append(QStringLiteral("%1 = %2").arg(bias.text).arg(bias.bias));
    }
    return lines.join(u'\n');
}

} // namespace ui
