#include "app/structure/outline.h"

#include "app/document/words.h"

#include <algorithm>

namespace app {

namespace {

// A step of more edits than this is read as a new text: replace all touches half of it anyway.
constexpr qsizetype kManyEdits = 32;

qsizetype lineStart(QStringView text, qsizetype position) {
    while (position > 0 && !endsLine(text[position - 1]))
        --position;
    return position;
}

qsizetype lineEnd(QStringView text, qsizetype position) {
    while (position < text.size() && !endsLine(text[position]))
        ++position;
    return position;
}

// How many words more a text has by an edit, of which the words around are looked at.
int wordsMore(QStringView text, const TextEdit& edit, const TextEdit& inverse) {
    const qsizetype insertedEnd = edit.position + edit.inserted.size();
    const TextRange whole = wholeWords(text, {edit.position, edit.inserted.size()});
    const qsizetype from = whole.position, to = whole.end();
    const QString before = text.sliced(from, edit.position - from).toString() + inverse.inserted +
                           text.sliced(insertedEnd, to - insertedEnd).toString();
    return countWords(text.sliced(from, to - from)) - countWords(before);
}

bool hasLineEnd(const QString& text) { return std::any_of(text.begin(), text.end(), endsLine); }

} // namespace

void Outline::parse(QStringView text) {
    m_heads = headsIn(text, 0, text.size());
    m_words = QList<int>(m_heads.size() + 1, 0);
    for (qsizetype section = 0; section < sections(); ++section)
        count(text, section);
    noteParts();
}

QList<OutlineHead> Outline::headsIn(QStringView text, qsizetype from, qsizetype to) {
    QList<OutlineHead> heads;
    for (qsizetype at = from; at <= to;) {
        const qsizetype end = lineEnd(text, at);
        ++m_linesRead;
        const OutlineHead head{at, end, readStoryLine(text.sliced(at, end - at))};
        if (head.isHeading() || head.isSceneBreak())
            heads.append(head);
        at = end + 1;
    }
    return heads;
}

void Outline::noteParts() {
    m_hasParts = std::ranges::any_of(m_heads, [](const OutlineHead& head) { return head.line.isPart; });
}

void Outline::count(QStringView text, qsizetype section) {
    const qsizetype from = section == 0 ? 0 : m_heads[section - 1].end;
    const qsizetype to = end(section, text.size());
    m_words[section] = countWords(text.sliced(from, to - from));
    m_unitsCounted += to - from;
}

void Outline::shift(const TextEdit& edit) {
    const qsizetype removedEnd = edit.position + edit.removedLength;
    const qsizetype more = edit.inserted.size() - edit.removedLength;
    for (auto head = m_heads.rbegin(); head != m_heads.rend() && head->end >= edit.position; ++head) {
        if (head->start > edit.position && head->start < removedEnd)
            head->line.kind = StoryLine::Kind::Blank; // gone, whatever its line is read as now
        for (qsizetype* const place : {&head->start, &head->end}) {
            if (*place >= removedEnd)
                *place += more;
            else if (*place > edit.position)
                *place = edit.position;
        }
    }
}

void Outline::apply(QStringView text, const QList<TextEdit>& edits, const QList<TextEdit>& inverses) {
    if (edits.size() > kManyEdits) {
        parse(text);
        return;
    }
    QList<Dirty> dirty;
    for (const TextEdit& edit : edits) {
        const qsizetype removedEnd = edit.position + edit.removedLength;
        const qsizetype more = edit.inserted.size() - edit.removedLength;
        for (Dirty& each : dirty) {
            each.from = each.from >= removedEnd ? each.from + more : std::min(each.from, edit.position);
            each.to = each.to >= removedEnd ? each.to + more : std::min(each.to, edit.position);
        }
        dirty.append({edit.position, edit.position + edit.inserted.size()});
        shift(edit);
    }
    QList<qsizetype> touched;
    bool areOthers = false;
    for (const Dirty& each : std::as_const(dirty))
        areOthers = readAgain(text, each, touched) || areOthers;
    if (areOthers)
        noteParts();
    if (!areOthers && edits.size() == 1) {
        // Inside of one section, or of a head's line, whose words are not counted.
        const TextEdit& edit = edits.first();
        const qsizetype section = sectionAt(edit.position);
        const bool isInHead = section > 0 && edit.position <= m_heads[section - 1].end;
        const bool hasLines = hasLineEnd(edit.inserted) || hasLineEnd(inverses.first().inserted);
        if (!isInHead)
            m_words[section] += wordsMore(text, edit, inverses.first());
        else if (hasLines)
            count(text, section);
        if (hasLines && isInHead && edit.position == m_heads[section - 1].start)
            count(text, section - 1); // lines before the head
        return;
    }
    for (const Dirty& each : std::as_const(dirty))
        touched << sectionAt(each.from) << sectionAt(std::max<qsizetype>(each.from - 1, 0));
    std::ranges::sort(touched);
    touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
    for (const qsizetype section : std::as_const(touched))
        count(text, section);
}

bool Outline::readAgain(QStringView text, const Dirty& dirty, QList<qsizetype>& touched) {
    const qsizetype from = lineStart(text, std::min(dirty.from, text.size()));
    const qsizetype to = lineEnd(text, std::clamp(dirty.to, from, text.size()));
    const auto isBefore = [](const OutlineHead& head, qsizetype position) { return head.start < position; };
    const auto first = std::lower_bound(m_heads.begin(), m_heads.end(), from, isBefore) - m_heads.begin();
    const auto last = std::lower_bound(m_heads.begin(), m_heads.end(), to + 1, isBefore) - m_heads.begin();
    const QList<OutlineHead> now = headsIn(text, from, to);
    const bool areSame = std::equal(m_heads.begin() + first, m_heads.begin() + last, now.begin(), now.end(),
                                    [](const OutlineHead& one, const OutlineHead& other) {
                                        return one.start == other.start && one.line.kind == other.line.kind &&
                                               one.line.isPart == other.line.isPart;
                                    });
    if (areSame) {
        std::copy(now.begin(), now.end(), m_heads.begin() + first); // titles and levels may be others
        return false;
    }
    const qsizetype more = now.size() - (last - first);
    for (qsizetype& section : touched)
        if (section > first)
            section = std::max<qsizetype>(section + more, first);
    m_heads.remove(first, last - first);
    m_words.remove(first + 1, last - first);
    for (qsizetype i = 0; i < now.size(); ++i) {
        m_heads.insert(first + i, now[i]);
        m_words.insert(first + 1 + i, 0);
    }
    for (qsizetype section = first; section <= first + now.size(); ++section)
        touched.append(section);
    return true;
}

qsizetype Outline::sectionAt(qsizetype position) const {
    return std::upper_bound(m_heads.begin(), m_heads.end(), position,
                            [](qsizetype at, const OutlineHead& head) { return at < head.start; }) -
           m_heads.begin();
}

qsizetype Outline::start(qsizetype section) const { return section == 0 ? 0 : m_heads[section - 1].start; }

qsizetype Outline::end(qsizetype section, qsizetype textLength) const {
    return section < m_heads.size() ? m_heads[section].start : textLength;
}

TextRange Outline::body(qsizetype section, QStringView text) const {
    qsizetype from = section == 0 ? 0 : m_heads[section - 1].end;
    qsizetype to = end(section, text.size());
    const qsizetype empty = from;
    while (from < to && text[from].isSpace())
        ++from;
    while (to > from && text[to - 1].isSpace())
        --to;
    if (from == to)
        return {empty, 0};
    from = std::max(lineStart(text, from), empty); // with its indent
    return {from, to - from};
}

int Outline::level(qsizetype head) const {
    return m_heads[head].isHeading() ? headingLevel(m_heads[head].line, m_hasParts) : kSceneLevel;
}

QString titleOf(const OutlineHead& head, QStringView text) {
    if (!head.isHeading())
        return {};
    const qsizetype from = std::min(head.start + head.line.content, text.size());
    const qsizetype to = std::clamp(head.end, from, text.size());
    return text.sliced(from, to - from).toString().remove(u'*').simplified();
}

} // namespace app
