#include "ui/editor/soft_breaks.h"

#include <algorithm>

namespace ui {

qsizetype SoftBreaks::countBefore(qsizetype onPage) const {
    return std::lower_bound(m_places.begin(), m_places.end(), onPage) - m_places.begin();
}

bool SoftBreaks::contains(qsizetype onPage) const {
    return std::binary_search(m_places.begin(), m_places.end(), onPage);
}

qsizetype SoftBreaks::toStory(qsizetype onPage) const { return onPage - countBefore(onPage); }

qsizetype SoftBreaks::toPage(qsizetype inStory, Side side) const {
    // The n-th separator stands before the unit of the story at places[n] - n.
    qsizetype low = 0;
    qsizetype high = m_places.size();
    while (low < high) {
        const qsizetype middle = (low + high) / 2;
        const qsizetype broken = m_places[middle] - middle;
        const bool isBefore = side == Side::StartOfNext ? broken <= inStory : broken < inStory;
        (isBefore ? low : high) = isBefore ? middle + 1 : middle;
    }
    return inStory + low;
}

void SoftBreaks::insert(qsizetype onPage) {
    const qsizetype index = countBefore(onPage);
    for (qsizetype i = index; i < m_places.size(); ++i) {
        ++m_places[i];
    }
    m_places.insert(index, onPage);
}

void SoftBreaks::replace(qsizetype onPage, qsizetype removed, qsizetype added) {
    const qsizetype first = countBefore(onPage);
    const qsizetype last = countBefore(onPage + removed);
    m_places.remove(first, last - first);
    for (qsizetype i = first; i < m_places.size(); ++i) {
        m_places[i] += added - removed;
    }
}

} // namespace ui
