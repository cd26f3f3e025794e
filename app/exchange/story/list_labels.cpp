#include "app/exchange/story/list_labels.h"

#include <algorithm>
#include <array>
#include <utility>

namespace app {

namespace {

constexpr int kLargestRoman = 3999;
constexpr int kLargestLetters = 26 * 26; // zz

QString roman(int value) {
    static constexpr std::array<std::pair<int, const char*>, 13> kParts{{{1000, "m"},
                                                                         {900, "cm"},
                                                                         {500, "d"},
                                                                         {400, "cd"},
                                                                         {100, "c"},
                                                                         {90, "xc"},
                                                                         {50, "l"},
                                                                         {40, "xl"},
                                                                         {10, "x"},
                                                                         {9, "ix"},
                                                                         {5, "v"},
                                                                         {4, "iv"},
                                                                         {1, "i"}}};
    QString text;
    for (const auto& [part, letters] : kParts)
        for (; value >= part; value -= part)
            text += QLatin1String(letters);
    return text;
}

// a .. z, aa, bb .., as word processors count on.
QString letters(int value) {
    const auto letter = static_cast<char16_t>(u'a' + (value - 1) % 26);
    return QString((value - 1) / 26 + 1, QChar(letter));
}

} // namespace

QString numberAs(ListNumbers numbers, int value) {
    switch (numbers) {
    case ListNumbers::None:
    case ListNumbers::Bullet: return {};
    case ListNumbers::LowerLetter:
    case ListNumbers::UpperLetter:
        if (value >= 1 && value <= kLargestLetters)
            return numbers == ListNumbers::UpperLetter ? letters(value).toUpper() : letters(value);
        break;
    case ListNumbers::LowerRoman:
    case ListNumbers::UpperRoman:
        if (value >= 1 && value <= kLargestRoman)
            return numbers == ListNumbers::UpperRoman ? roman(value).toUpper() : roman(value);
        break;
    case ListNumbers::Decimal: break;
    }
    return QString::number(value);
}

QString listIndent(int level) { return QString(4 * std::clamp(level, 0, ListCounter::kMostLevels), u' '); }

QString ListCounter::next(const QList<ListLevel>& levels, int level) {
    const auto levelAt = [&](int place) { return place < levels.size() ? levels[place] : ListLevel(); };
    const ListLevel own = levelAt(level);
    m_last.erase(m_last.upper_bound(level), m_last.end());
    const auto wanted = m_next.find(level);
    const auto last = m_last.find(level);
    const int value = wanted != m_next.end() ? wanted->second
                      : last != m_last.end() ? last->second + 1
                                             : own.start;
    m_next.erase(level);
    m_last[level] = value;
    if (own.numbers == ListNumbers::None)
        return {};
    if (own.numbers == ListNumbers::Bullet)
        return listIndent(level) + QStringLiteral("- ");
    QString label = own.pattern;
    if (label.isEmpty())
        label = QStringLiteral("%%1.").arg(level + 1);
    for (int place = 0; place <= level; ++place) {
        const auto count = m_last.find(place);
        label.replace(
            QStringLiteral("%%1").arg(place + 1),
            numberAs(levelAt(place).numbers, count != m_last.end() ? count->second : levelAt(place).start));
    }
    label = label.simplified();
    return label.isEmpty() ? QString() : listIndent(level) + label + u' ';
}

} // namespace app
