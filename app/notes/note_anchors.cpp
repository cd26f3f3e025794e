#include "app/notes/note_anchors.h"

#include "app/structure/story_line.h"

#include <algorithm>
#include <utility>

namespace app {

namespace {

constexpr qsizetype kBefore = 40; // remembered of a removed text, around a note
constexpr qsizetype kAfter = 80;
constexpr qsizetype kMostTraces = 16;

bool isHead(QStringView line) {
    const StoryLine::Kind kind = readStoryLine(line).kind;
    return kind == StoryLine::Kind::Heading || kind == StoryLine::Kind::SceneBreak;
}

// True if one of the lines is a heading or a scene break. `skipsFirst`: not looking at the first one.
bool hasHead(QStringView text, bool skipsFirst = false) {
    qsizetype begin = 0;
    for (qsizetype at = 0; at <= text.size(); ++at) {
        if (at < text.size() && !endsLine(text[at]))
            continue;
        if (!std::exchange(skipsFirst, false) && isHead(text.sliced(begin, at - begin)))
            return true;
        begin = at + 1;
    }
    return false;
}

// Up to the next head, without the blank lines before it: what goes along wherever the scene goes.
QStringView ownWords(QStringView text) {
    qsizetype begin = 0;
    for (qsizetype at = 0; at <= text.size(); ++at) {
        if (at < text.size() && !endsLine(text[at]))
            continue;
        if (begin > 0 && isHead(text.sliced(begin, at - begin))) {
            text = text.first(begin);
            break;
        }
        begin = at + 1;
    }
    while (!text.isEmpty() && text.back().isSpace())
        text.chop(1);
    return text;
}

bool isBlank(QStringView text) { return text.trimmed().isEmpty(); }

// Where in a text a note stood between these words; -1: it is another text.
qsizetype placeIn(QStringView text, const QString& before, const QString& after) {
    if (isBlank(before) && isBlank(after))
        return -1;
    if (const qsizetype at = text.indexOf(before + after); at >= 0)
        return at + before.size();
    if (!isBlank(after))
        return text.indexOf(after);
    const qsizetype at = text.indexOf(before);
    return at < 0 ? -1 : at + before.size();
}

// Where a position is after further edits of the step.
qsizetype mapped(qsizetype position, const QList<TextEdit>& edits, qsizetype from, qsizetype to) {
    for (qsizetype i = from; i < to; ++i) {
        const TextEdit& edit = edits[i];
        if (position >= edit.position + edit.removedLength)
            position += edit.inserted.size() - edit.removedLength;
        else if (position > edit.position)
            position = edit.position;
    }
    return position;
}

// Nothing but blank lines until the next heading, the next scene break or the end.
bool isSceneAtEnd(QStringView text, qsizetype position) {
    qsizetype at = std::clamp<qsizetype>(position, 0, text.size());
    qsizetype line = at > 0 && !endsLine(text[at - 1]) ? -1 : at; // -1: in the middle of one
    for (; at < text.size() && text[at].isSpace(); ++at)
        if (endsLine(text[at]))
            line = at + 1;
    if (at == text.size())
        return true;
    if (line < 0)
        return false;
    qsizetype end = at;
    while (end < text.size() && !endsLine(text[end]))
        ++end;
    return isHead(text.sliced(line, end - line));
}

} // namespace

void NoteAnchors::reset(const QList<NotePlace>& places, qsizetype textLength) {
    m_anchors.clear();
    for (NotePlace place : places) {
        place.position = std::clamp<qsizetype>(place.position, 0, textLength);
        m_anchors.append({place, {}});
    }
}

void NoteAnchors::set(const NotePlace& place) {
    remove(place.note);
    m_anchors.append({place, {}});
}

void NoteAnchors::remove(NoteId note) {
    m_anchors.removeIf([note](const Anchor& anchor) { return anchor.place.note == note; });
}

QList<NotePlace> NoteAnchors::places() const {
    QList<NotePlace> places;
    for (const Anchor& anchor : m_anchors)
        places.append(anchor.place);
    return places;
}

NotePlace NoteAnchors::place(NoteId note) const {
    for (const Anchor& anchor : m_anchors)
        if (anchor.place.note == note)
            return anchor.place;
    return {note, 0, false, true};
}

bool NoteAnchors::apply(QStringView text, const QList<TextEdit>& edits, const QList<TextEdit>& inverses) {
    const Step step{text, edits, inverses};
    bool isChanged = false;
    for (qsizetype number = 0; number < edits.size(); ++number)
        for (Anchor& anchor : m_anchors)
            isChanged = follow(anchor, step, number) || isChanged;
    return isChanged;
}

bool NoteAnchors::follow(Anchor& anchor, const Step& step, qsizetype number) {
    const TextEdit& edit = step.edits[number];
    NotePlace& place = anchor.place;
    const NotePlace before = place;
    const qsizetype removedEnd = edit.position + edit.removedLength;
    if (place.position < edit.position) {
        // It is behind.
    } else if (place.position < removedEnd) {
        takeAway(anchor, step, number);
    } else if (edit.removedLength > 0 || place.position > edit.position) {
        place.position += edit.inserted.size() - edit.removedLength;
    } else if (!place.sticksLeft && !place.isLost) {
        // A new head before its words: they are the words of the new scene.
        const qsizetype at = mapped(edit.position, step.edits, number + 1, step.edits.size());
        const bool isInLine = at > 0 && at <= step.text.size() && !endsLine(step.text[at - 1]);
        if (hasHead(edit.inserted, isInLine))
            place.position += edit.inserted.size();
    }
    if (!edit.inserted.isEmpty() && !anchor.traces.isEmpty())
        findAgain(anchor, edit, step, number, number);
    return place != before;
}

void NoteAnchors::takeAway(Anchor& anchor, const Step& step, qsizetype number) {
    const TextEdit& edit = step.edits[number];
    const QStringView removed = step.inverses[number].inserted;
    NotePlace& place = anchor.place;
    const qsizetype within = std::min(place.position - edit.position, removed.size());
    const QStringView head = removed.first(within), rest = removed.sliced(within);
    const qsizetype behind =
        mapped(edit.position + edit.inserted.size(), step.edits, number + 1, step.edits.size());
    const bool isGone = hasHead(rest, true) || (isBlank(edit.inserted) && isSceneAtEnd(step.text, behind));
    // What stands before the removed text, if it is the beginning of the story, has no head to stay.
    const qsizetype start = mapped(edit.position, step.edits, number + 1, step.edits.size());
    const bool isHeadGone = hasHead(head) || isBlank(step.text.first(std::min(start, step.text.size())));
    if (isGone || within > 0) {
        const QStringView own = ownWords(rest);
        anchor.traces.append({head.last(std::min(head.size(), kBefore)).toString(),
                              own.first(std::min(own.size(), kAfter)).toString(), place.sticksLeft,
                              place.isLost});
        if (anchor.traces.size() > kMostTraces)
            anchor.traces.removeFirst();
    }
    place.position = edit.position;
    place.isLost = place.isLost || (isGone && isHeadGone);
    place.sticksLeft = isGone;
    if (isGone || within > 0) // a drag may have put the words elsewhere already
        for (qsizetype earlier = number - 1; earlier >= 0; --earlier)
            if (findAgain(anchor, step.edits[earlier], step, earlier, number))
                break;
}

bool NoteAnchors::findAgain(Anchor& anchor, const TextEdit& edit, const Step& step, qsizetype from,
                            qsizetype to) {
    // The newest first: so undoing goes back the way that was come.
    for (qsizetype number = anchor.traces.size() - 1; number >= 0; --number) {
        const Trace& trace = anchor.traces[number];
        const qsizetype at = placeIn(edit.inserted, trace.before, trace.after);
        if (at < 0)
            continue;
        anchor.place.position = mapped(edit.position + at, step.edits, from + 1, to + 1);
        anchor.place.sticksLeft = trace.sticksLeft;
        anchor.place.isLost = trace.isLost;
        anchor.traces.resize(number);
        return true;
    }
    return false;
}

} // namespace app
