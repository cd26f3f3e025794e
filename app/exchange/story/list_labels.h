// list_labels.h: how items of lists are said in a story, which knows no lists: "1. ", "b) ", "iv. ", "- "
// before the words, four spaces more for each level.
// Threads: values.
#pragma once

#include <QList>
#include <QString>

#include <map>

namespace app {

enum class ListNumbers { None, Bullet, Decimal, LowerLetter, UpperLetter, LowerRoman, UpperRoman };

// 3 as "3", "c", "C", "iii" or "III"; what cannot be said so (27 roman is fine, 0 is not) as digits.
[[nodiscard]] QString numberAs(ListNumbers numbers, int value);

struct ListLevel {
    ListNumbers numbers = ListNumbers::Bullet;
    int start = 1;
    // What stands around numbers; %1 is that of the first level, %2 of the second. Empty: "1."
    QString pattern;

    bool operator==(const ListLevel&) const = default;
};

// The numbers of one list as it is read.
class ListCounter {
public:
    static constexpr int kMostLevels = 10;

    // The next item at `level`, from 0: its label with indent and space; empty for items that have none.
    // Deeper levels begin anew.
    [[nodiscard]] QString next(const QList<ListLevel>& levels, int level);
    // The next item at `level` has this number.
    void setNext(int level, int value) { m_next[level] = value; }

private:
    std::map<int, int> m_last; // by level
    std::map<int, int> m_next;
};

// Four spaces for each level above the first.
[[nodiscard]] QString listIndent(int level);

} // namespace app
