#include "ui/sidebar/number_box.h"

#include <QLocale>
#include <QRegularExpression>

#include <algorithm>

namespace ui {

namespace {

// The Arabic one as well; it stands on the keyboards of its languages only.
bool isDecimalPoint(QChar c) { return c == u'.' || c == u',' || c == QChar(0x066B); }

// "8,192" and "8.192" where whole numbers are wanted; "0.192" is a fraction.
bool isGrouped(const QString& digits) {
    static const QRegularExpression kGroups(QStringLiteral("^[1-9]\\d{0,2}([.,]\\d{3})+$"));
    return kGroups.match(digits).hasMatch();
}

} // namespace

bool NumberBox::holdsPoint(const QString& text) const {
    return std::any_of(text.begin() + prefix().size(),
                       text.end() - (text.endsWith(suffix()) ? suffix().size() : 0), &isDecimalPoint);
}

// Nothing changes its place, so the cursor keeps its own.
QString NumberBox::inOwnLocale(QString text) const {
    const qsizetype end = text.size() - (text.endsWith(suffix()) ? suffix().size() : 0);
    for (qsizetype i = prefix().size(); i < end; ++i) {
        if (isDecimalPoint(text[i])) {
            text.replace(i, 1, locale().decimalPoint());
        }
    }
    return text;
}

QValidator::State NumberBox::validate(QString& text, int& position) const {
    if (decimals() > 0) {
        text = inOwnLocale(text);
        return QDoubleSpinBox::validate(text, position);
    }
    // A whole number that somebody types with a point in it is looked at when it is done.
    static const QRegularExpression kPointed(QStringLiteral("^[+-]?\\d*([.,\\x{066B}]\\d*)+$"));
    return holdsPoint(text) && kPointed.match(cleanOf(text)).hasMatch()
               ? QValidator::Intermediate
               : QDoubleSpinBox::validate(text, position);
}

double NumberBox::valueFromText(const QString& text) const {
    return QDoubleSpinBox::valueFromText(decimals() > 0 ? inOwnLocale(text) : text);
}

void NumberBox::fixup(QString& text) const {
    if (decimals() > 0 || !holdsPoint(text)) {
        QDoubleSpinBox::fixup(text);
        return;
    }
    QString digits = cleanOf(text);
    if (isGrouped(digits)) {
        digits.remove(u'.').remove(u',');
    }
    digits.replace(u',', u'.').replace(QChar(0x066B), u'.');
    bool isNumber = false;
    const double value = digits.toDouble(&isNumber);
    if (isNumber) {
        QLocale plain = locale();
        plain.setNumberOptions(plain.numberOptions() | QLocale::OmitGroupSeparator);
        text = prefix() + plain.toString(std::clamp(value, minimum(), maximum()), 'f', 0) + suffix();
    }
}

QString NumberBox::cleanOf(const QString& text) const {
    QString clean = text.mid(prefix().size());
    if (clean.endsWith(suffix())) {
        clean.chop(suffix().size());
    }
    return clean.trimmed();
}

} // namespace ui
