#include "app/reading/lore_search.h"

#include "app/document/words.h"
#include "app/reading/lore_keys.h"
#include "app/reading/story_places.h"

#include <QChar>
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QHash>
#include <QSet>

#include <algorithm>
#include <limits>
#include <optional>

namespace app {

namespace {

constexpr qsizetype kMostPiece = 4096; // units that an expression is matched against at once
constexpr int kMostMs = 250;           // for one expression

struct Place {
    qsizetype position = 0;
    qsizetype length = 0;
};

bool isInsideWord(QChar left, QChar right) {
    return left.isLetterOrNumber() && right.isLetterOrNumber() && !isUnspacedScript(left.script()) &&
           !isUnspacedScript(right.script());
}

bool isWholeWord(QStringView story, const Place& place) {
    const qsizetype end = place.position + place.length;
    return !(place.position > 0 && isInsideWord(story[place.position - 1], story[place.position])) &&
           !(end < story.size() && isInsideWord(story[end - 1], story[end]));
}

std::optional<Place> lastKeyword(QStringView story, qsizetype from, const QString& key,
                                 const LoreEntry& entry) {
    const Qt::CaseSensitivity cases = entry.matchesCase ? Qt::CaseSensitive : Qt::CaseInsensitive;
    const QStringView searched = story.sliced(from);
    qsizetype at = searched.lastIndexOf(key, -1, cases);
    while (at >= 0) {
        const Place place{from + at, key.size()};
        if (!entry.matchesWords || isWholeWord(story, place))
            return place;
        if (at == 0)
            break;
        at = searched.lastIndexOf(key, at - 1, cases);
    }
    return std::nullopt;
}

enum class Search { Done, Stopped };

// The last match in one piece of a line.
Search lastMatch(const QRegularExpression& expression, const QString& piece, std::optional<Place>& last) {
    auto matches = expression.globalMatch(piece);
    while (matches.hasNext()) {
        const QRegularExpressionMatch match = matches.next();
        if (!match.isValid())
            return Search::Stopped;
        if (match.hasMatch() && match.capturedLength() > 0)
            last = Place{match.capturedStart(), match.capturedLength()};
    }
    return matches.isValid() ? Search::Done : Search::Stopped;
}

// Line by line from the end, so that the nearest find ends the search.
Search lastExpression(QStringView story, qsizetype from, const QRegularExpression& expression,
                      std::optional<Place>& found) {
    QElapsedTimer elapsed;
    elapsed.start();
    qsizetype end = story.size();
    while (end > from) {
        const qsizetype line = story.first(end).lastIndexOf(u'\n') + 1;
        const qsizetype start = std::max({line, from, end - kMostPiece});
        std::optional<Place> last;
        if (lastMatch(expression, story.sliced(start, end - start).toString(), last) == Search::Stopped ||
            elapsed.hasExpired(kMostMs))
            return Search::Stopped;
        if (last) {
            found = Place{start + last->position, last->length};
            return Search::Done;
        }
        end = start == line ? start - 1 : start;
    }
    return Search::Done;
}

QString tooSlow(const QString& key) {
    return QCoreApplication::translate("app::LoreSearch",
                                       "The expression %1 takes too long, so it is not looked for. Make it "
                                       "simpler.")
        .arg(key);
}

// The find of an entry that is nearest to the end.
std::optional<LoreHit> findEntry(const LoreEntry& entry, qsizetype number, QStringView story,
                                 const std::stop_token& stop, QList<LoreFault>& faults) {
    if (entry.isAlways)
        return LoreHit{number, {}, -1, 0};
    const qsizetype from =
        startOfLastWords(story, std::clamp(entry.rangeWords, 1, LoreEntry::kMostRangeWords));
    std::optional<LoreHit> nearest;
    for (const QString& key : entry.keys) {
        if (stop.stop_requested())
            break;
        std::optional<Place> place;
        if (const auto expression = expressionOf(key, entry.matchesCase)) {
            if (!expression->isValid())
                faults.append({number, problemOfKey(key)});
            else if (lastExpression(story, from, *expression, place) == Search::Stopped)
                faults.append({number, tooSlow(key)});
        } else if (!key.isEmpty()) {
            place = lastKeyword(story, from, key, entry);
        }
        if (place && (!nearest || place->position > nearest->position))
            nearest = LoreHit{number, key, place->position, place->length};
    }
    return nearest;
}

// What is always there comes before all finds.
qsizetype nearness(const LoreHit& hit) {
    return hit.position < 0 ? std::numeric_limits<qsizetype>::max() : hit.position;
}

void holdBack(const Lorebook& book, LoreFinds& finds) {
    QHash<QString, QList<LoreHit>> groups;
    for (const LoreHit& hit : std::as_const(finds.fired))
        if (book.mostOf(book.entries[hit.entry].group) > 0)
            groups[book.entries[hit.entry].group].append(hit);
    QSet<qsizetype> held;
    for (auto group = groups.begin(); group != groups.end(); ++group) {
        std::ranges::stable_sort(*group, std::ranges::greater(), nearness);
        for (const LoreHit& hit : group->sliced(std::min<qsizetype>(book.mostOf(group.key()), group->size())))
            held.insert(hit.entry);
    }
    for (const LoreHit& hit : std::as_const(finds.fired))
        if (held.contains(hit.entry))
            finds.heldBack.append(hit);
    finds.fired.removeIf([&held](const LoreHit& hit) { return held.contains(hit.entry); });
}

} // namespace

LoreFinds findLore(const Lorebook& book, QStringView story, const std::stop_token& stop) {
    LoreFinds finds;
    for (qsizetype number = 0; number < book.entries.size(); ++number) {
        const LoreEntry& entry = book.entries[number];
        if (!entry.isOn || entry.text.trimmed().isEmpty())
            continue;
        if (const auto hit = findEntry(entry, number, story, stop, finds.faults))
            finds.fired.append(*hit);
    }
    holdBack(book, finds);
    return finds;
}

} // namespace app
