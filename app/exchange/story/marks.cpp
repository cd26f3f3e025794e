#include "app/exchange/story/marks.h"

#include <algorithm>
#include <array>
#include <vector>

namespace app {

namespace {

constexpr QChar kStar = u'*';
constexpr QChar kBackslash = u'\\';

// Asterisks in a row. They come after `textBefore` units of the text without marks.
struct Delimiter {
    qsizetype at = 0;
    qsizetype length = 0; // as written
    qsizetype left = 0;   // not yet used
    bool canOpen = false, canClose = false;
    // How many of either strength end before and begin behind those that are left.
    int emphasisClosed = 0, strongClosed = 0, emphasisOpened = 0, strongOpened = 0;
};

struct ScannedLine {
    QString text; // without the delimiters and the backslashes that are none
    std::vector<Delimiter> delimiters;
};

ScannedLine scan(QStringView line) {
    ScannedLine scanned;
    for (qsizetype at = 0; at < line.size();) {
        qsizetype end = at;
        while (end < line.size() && line[end] == kBackslash)
            ++end;
        if (end > at) {
            const qsizetype count = end - at;
            const bool isBeforeStar = end < line.size() && line[end] == kStar;
            scanned.text += QString(isBeforeStar ? count / 2 : count, kBackslash);
            if (isBeforeStar && count % 2 == 1) {
                scanned.text += kStar;
                ++end;
            }
        } else if (line[at] == kStar) {
            while (end < line.size() && line[end] == kStar)
                ++end;
            Delimiter delimiter{scanned.text.size(), end - at, end - at};
            delimiter.canOpen = end < line.size() && !line[end].isSpace();
            delimiter.canClose = at > 0 && !line[at - 1].isSpace();
            scanned.delimiters.push_back(delimiter);
        } else {
            end = at + 1;
            scanned.text += line[at];
        }
        at = end;
    }
    return scanned;
}

bool canJoin(const Delimiter& opener, const Delimiter& closer) {
    // The rule of three keeps *a**b* from ending in its middle.
    const bool isAmbiguous = opener.canClose || closer.canOpen;
    return !isAmbiguous || (opener.length + closer.length) % 3 != 0 ||
           (opener.length % 3 == 0 && closer.length % 3 == 0);
}

// Finds for each closer its opener. `openers` holds the delimiters that can still open.
void joinDelimiters(std::vector<Delimiter>& delimiters) {
    std::vector<std::size_t> openers;
    // No opener below this is for a closer of this kind, so that it is not looked for again.
    std::array<std::size_t, 6> bottoms{};
    for (std::size_t index = 0; index < delimiters.size(); ++index) {
        Delimiter& closer = delimiters[index];
        std::size_t& bottom = bottoms[static_cast<std::size_t>(closer.length % 3) + (closer.canOpen ? 3 : 0)];
        while (closer.canClose && closer.left > 0) {
            std::size_t depth = openers.size();
            while (depth > bottom && !canJoin(delimiters[openers[depth - 1]], closer))
                --depth;
            if (depth <= bottom) {
                bottom = openers.size();
                break;
            }
            Delimiter& opener = delimiters[openers[depth - 1]];
            openers.resize(depth); // what stands between them opens nothing any more
            const qsizetype used = opener.left >= 2 && closer.left >= 2 ? 2 : 1;
            ++(used == 2 ? opener.strongOpened : opener.emphasisOpened);
            ++(used == 2 ? closer.strongClosed : closer.emphasisClosed);
            opener.left -= used;
            closer.left -= used;
            if (opener.left == 0)
                openers.pop_back();
            for (std::size_t& each : bottoms)
                each = std::min(each, openers.size());
        }
        if (closer.canOpen && closer.left > 0)
            openers.push_back(index);
    }
}

// Appends to the runs and joins equal neighbours.
void append(QList<TextRun>& runs, QStringView text, bool isEmphasis, bool isStrong) {
    if (text.isEmpty())
        return;
    if (!runs.isEmpty() && runs.last().isEmphasis == isEmphasis && runs.last().isStrong == isStrong)
        runs.last().text += text;
    else
        runs.append({text.toString(), isEmphasis, isStrong});
}

struct UnitMarks {
    bool isEmphasis = false, isStrong = false;
    bool operator==(const UnitMarks&) const = default;
};

// Takes spaces at both ends of each emphasised piece out of it.
void trimMark(const QString& text, std::vector<UnitMarks>& units, bool UnitMarks::*flag) {
    for (std::size_t begin = 0; begin < units.size();) {
        if (!(units[begin].*flag)) {
            ++begin;
            continue;
        }
        std::size_t end = begin;
        while (end < units.size() && units[end].*flag)
            ++end;
        const std::size_t next = end;
        while (begin < end && text[static_cast<qsizetype>(begin)].isSpace())
            units[begin++].*flag = false;
        while (end > begin && text[static_cast<qsizetype>(end - 1)].isSpace())
            units[--end].*flag = false;
        begin = next;
    }
}

// The same runs as they can be written.
QList<TextRun> writable(const QList<TextRun>& runs) {
    QString text;
    std::vector<UnitMarks> units;
    for (const TextRun& run : runs) {
        text += run.text;
        units.insert(units.end(), static_cast<std::size_t>(run.text.size()),
                     UnitMarks{run.isEmphasis, run.isStrong});
    }
    trimMark(text, units, &UnitMarks::isEmphasis);
    trimMark(text, units, &UnitMarks::isStrong);
    QList<TextRun> result;
    for (std::size_t begin = 0; begin < units.size();) {
        std::size_t end = begin;
        while (end < units.size() && units[end] == units[begin])
            ++end;
        append(result,
               QStringView(text).mid(static_cast<qsizetype>(begin), static_cast<qsizetype>(end - begin)),
               units[begin].isEmphasis, units[begin].isStrong);
        begin = end;
    }
    return result;
}

QString escaped(const QString& text) {
    QString line;
    qsizetype backslashes = 0;
    for (const QChar unit : text) {
        if (unit == kStar)
            line += QString(backslashes + 1, kBackslash);
        backslashes = unit == kBackslash ? backslashes + 1 : 0;
        line += unit;
    }
    return line;
}

// The marks of all runs from `at` on, the one that lasts longer outside.
QString written(const QList<TextRun>& runs, bool isEscaped) {
    QString line;
    QList<bool> open; // the strength of each open mark, the inner ones last: true is strong
    const auto lasts = [&](qsizetype at, bool isStrong) {
        qsizetype end = at;
        while (end < runs.size() && (isStrong ? runs[end].isStrong : runs[end].isEmphasis))
            ++end;
        return end - at;
    };
    const auto mark = [&](bool isStrong) {
        qsizetype backslashes = 0;
        while (isEscaped && backslashes < line.size() && line[line.size() - 1 - backslashes] == kBackslash)
            ++backslashes;
        line += QString(backslashes, kBackslash) + (isStrong ? QStringLiteral("**") : QStringLiteral("*"));
    };
    for (qsizetype at = 0; at <= runs.size(); ++at) {
        const TextRun wanted = at < runs.size() ? runs[at] : TextRun();
        const auto isWanted = [&](bool isStrong) { return isStrong ? wanted.isStrong : wanted.isEmphasis; };
        while (!std::ranges::all_of(open, isWanted))
            mark(open.takeLast());
        const bool isStrongFirst = lasts(at, true) >= lasts(at, false);
        for (const bool isStrong : {isStrongFirst, !isStrongFirst})
            if (isWanted(isStrong) && !open.contains(isStrong)) {
                mark(isStrong);
                open.append(isStrong);
            }
        line += isEscaped ? escaped(wanted.text) : wanted.text;
    }
    return line;
}

} // namespace

QList<TextRun> readMarks(QStringView line) {
    ScannedLine scanned = scan(line);
    joinDelimiters(scanned.delimiters);
    QList<TextRun> runs;
    int emphasis = 0, strong = 0;
    qsizetype from = 0;
    for (const Delimiter& each : scanned.delimiters) {
        append(runs, QStringView(scanned.text).mid(from, each.at - from), emphasis > 0, strong > 0);
        from = each.at;
        emphasis -= each.emphasisClosed;
        strong -= each.strongClosed;
        append(runs, QString(each.left, kStar), emphasis > 0, strong > 0);
        emphasis += each.emphasisOpened;
        strong += each.strongOpened;
    }
    append(runs, QStringView(scanned.text).mid(from), emphasis > 0, strong > 0);
    return runs;
}

QString writeMarks(const QList<TextRun>& runs) {
    const QList<TextRun> meant = writable(runs);
    for (const bool isEscaped : {false, true})
        if (const QString line = written(meant, isEscaped); readMarks(line) == meant)
            return line;
    // Marks that touch each other in a way that asterisks cannot say: the words matter more.
    for (bool UnitMarks::*const dropped : {&UnitMarks::isEmphasis, &UnitMarks::isStrong}) {
        QList<TextRun> fewer;
        for (const TextRun& run : meant)
            append(fewer, run.text, run.isEmphasis && dropped != &UnitMarks::isEmphasis,
                   run.isStrong && dropped != &UnitMarks::isStrong);
        if (const QString line = written(fewer, true); readMarks(line) == fewer)
            return line;
    }
    QString text;
    for (const TextRun& run : meant)
        text += run.text;
    return written({TextRun{text}}, true);
}

} // namespace app
