#include "app/notes/scene_notes.h"

#include "app/document/document.h"
#include "app/structure/story_outline.h"

#include <QStringList>

#include <algorithm>
#include <utility>

namespace app {

SceneNotes::SceneNotes(const Document& story, const StoryOutline& outline, QObject* parent)
    : QObject(parent)
    , m_story(story)
    , m_outline(outline) {
    connect(&story, &Document::wasReset, this, [this] { reset({}); });
    connect(&story, &Document::changed, this, [this](const DocumentChange& change) {
        if (m_notes.isEmpty())
            return;
        m_edits.append(change.edit);
        m_inverses.append(change.inverse);
        if (!change.isLastOfStep)
            return;
        const QList<NotePlace> before = m_anchors.places();
        if (!m_anchors.apply(m_story.text(), std::exchange(m_edits, {}), std::exchange(m_inverses, {})))
            return;
        m_arePlacesOld = true;
        emit storeWanted();
        // Most edits only move all that is behind them.
        const QList<NotePlace> now = m_anchors.places();
        const bool areLostOthers = !std::equal(
            before.begin(), before.end(), now.begin(), now.end(),
            [](const NotePlace& one, const NotePlace& other) { return one.isLost == other.isLost; });
        if (areLostOthers)
            emit changed();
    });
}

void SceneNotes::reset(const StoredNotes& stored) {
    m_notes = stored.notes;
    QList<NotePlace> places = stored.places;
    for (const SceneNote& note : std::as_const(m_notes)) // one whose place is not known is not lost for that
        if (std::ranges::find(places, note.id, &NotePlace::note) == places.end())
            places.append({note.id, 0, false, true});
    m_anchors.reset(places, m_story.size());
    for (const NotePlace& place : std::as_const(places))
        if (find(place.note) == nullptr)
            m_anchors.remove(place.note);
    m_edits.clear();
    m_inverses.clear();
    m_written.clear();
    m_removed.clear();
    m_arePlacesOld = false;
    emit changed();
}

SceneNote* SceneNotes::find(NoteId note) {
    const auto found = std::ranges::find(m_notes, note, &SceneNote::id);
    return found == m_notes.end() ? nullptr : &*found;
}

std::optional<qsizetype> SceneNotes::sectionOf(NoteId note) const {
    const NotePlace place = m_anchors.place(note);
    return place.isLost ? std::nullopt : std::optional(m_outline.outline().sectionAt(place.position));
}

QList<qsizetype> SceneNotes::notesOf(qsizetype section) const {
    QList<NotePlace> places = m_anchors.places();
    places.removeIf([&](const NotePlace& place) {
        return place.isLost || m_outline.outline().sectionAt(place.position) != section;
    });
    std::ranges::stable_sort(places, {}, &NotePlace::position);
    QList<qsizetype> found;
    for (const NotePlace& place : std::as_const(places))
        found.append(std::ranges::find(m_notes, place.note, &SceneNote::id) - m_notes.begin());
    return found;
}

QString SceneNotes::joined(qsizetype section, QString SceneNote::*part) const {
    QStringList parts;
    for (const qsizetype index : notesOf(section))
        if (const QString& words = m_notes[index].*part; !words.isEmpty())
            parts.append(words);
    return parts.join(part == &SceneNote::synopsis ? QStringLiteral("\n") : QStringLiteral("\n\n"));
}

QString SceneNotes::synopsis(qsizetype section) const { return joined(section, &SceneNote::synopsis); }

QString SceneNotes::text(qsizetype section) const { return joined(section, &SceneNote::text); }

bool SceneNotes::isCollapsed(qsizetype section) const {
    return std::ranges::any_of(notesOf(section),
                               [this](qsizetype index) { return m_notes[index].isCollapsed; });
}

SceneNotes::Overview SceneNotes::overview() const {
    QHash<NoteId, const SceneNote*> notes;
    for (const SceneNote& note : m_notes)
        notes.insert(note.id, &note);
    QList<NotePlace> places = m_anchors.places();
    std::ranges::stable_sort(places, {}, &NotePlace::position);
    Overview overview;
    for (const NotePlace& place : std::as_const(places)) {
        const SceneNote* const note = notes.value(place.note);
        if (note == nullptr || place.isLost)
            continue;
        const qsizetype section = m_outline.outline().sectionAt(place.position);
        if (note->isCollapsed)
            overview.collapsed.insert(section);
        if (note->synopsis.isEmpty())
            continue;
        QString& synopsis = overview.synopses[section];
        synopsis += synopsis.isEmpty() ? note->synopsis : u'\n' + note->synopsis;
    }
    return overview;
}

bool SceneNotes::isSection(qsizetype section) const {
    return section >= 0 && section < m_outline.outline().sections();
}

NotePlace SceneNotes::placeIn(qsizetype section, NoteId note) const {
    const Outline& outline = m_outline.outline();
    const TextRange body = outline.body(section, m_story.text());
    return {note, body.position, body.length == 0, false};
}

SceneNote& SceneNotes::noteFor(qsizetype section) {
    const QList<qsizetype> found = notesOf(section);
    if (found.isEmpty()) {
        SceneNote note;
        for (const SceneNote& each : std::as_const(m_notes))
            note.id = std::max(note.id, each.id);
        for (const NoteId each : std::as_const(m_removed)) // the file still has it
            note.id = std::max(note.id, each);
        ++note.id;
        m_notes.append(note);
        m_anchors.set(placeIn(section, note.id));
        m_arePlacesOld = true;
        return m_notes.last();
    }
    const SceneNote whole{m_notes[found.first()].id, synopsis(section), text(section), isCollapsed(section)};
    QList<NoteId> others;
    for (const qsizetype index : found.mid(1))
        others.append(m_notes[index].id);
    for (const NoteId other : std::as_const(others))
        drop(other);
    SceneNote& note = *find(whole.id);
    note = whole;
    return note;
}

void SceneNotes::written(NoteId note) {
    if (!m_written.contains(note))
        m_written.append(note);
    dropEmpty();
    emit storeWanted();
    emit changed();
}

void SceneNotes::dropEmpty() {
    QList<NoteId> empty;
    for (const SceneNote& note : std::as_const(m_notes))
        if (note.isEmpty())
            empty.append(note.id);
    for (const NoteId note : std::as_const(empty))
        drop(note);
}

void SceneNotes::drop(NoteId note) {
    m_notes.removeIf([note](const SceneNote& each) { return each.id == note; });
    m_anchors.remove(note);
    m_written.removeAll(note);
    m_removed.append(note);
    m_arePlacesOld = true;
}

void SceneNotes::setSynopsis(qsizetype section, const QString& words) {
    if (!isSection(section) || words == synopsis(section))
        return;
    SceneNote& note = noteFor(section);
    note.synopsis = words;
    written(note.id);
}

void SceneNotes::setText(qsizetype section, const QString& words) {
    if (!isSection(section) || words == text(section))
        return;
    SceneNote& note = noteFor(section);
    note.text = words;
    written(note.id);
}

void SceneNotes::setCollapsed(qsizetype section, bool isCollapsed) {
    if (!isSection(section) || isCollapsed == this->isCollapsed(section))
        return;
    if (isCollapsed) {
        SceneNote& note = noteFor(section);
        note.isCollapsed = true;
        written(note.id);
        return;
    }
    QList<NoteId> opened;
    for (const qsizetype index : notesOf(section))
        if (std::exchange(m_notes[index].isCollapsed, false))
            opened.append(m_notes[index].id);
    for (const NoteId note : std::as_const(opened))
        written(note);
}

QList<SceneNote> SceneNotes::withoutScene() const {
    QList<SceneNote> lost;
    for (const SceneNote& note : m_notes)
        if (!(note.synopsis.isEmpty() && note.text.isEmpty()) && !sectionOf(note.id))
            lost.append(note);
    return lost;
}

void SceneNotes::attach(NoteId note, qsizetype section) {
    if (find(note) == nullptr || !isSection(section))
        return;
    m_anchors.set(placeIn(section, note));
    m_arePlacesOld = true;
    written(note);
}

void SceneNotes::discard(NoteId note) {
    if (find(note) == nullptr)
        return;
    drop(note);
    emit storeWanted();
    emit changed();
}

void SceneNotes::replace(const QList<SceneNote>& notes) {
    for (const SceneNote& note : notes) {
        SceneNote* const known = find(note.id);
        if (known == nullptr || *known == note)
            continue;
        *known = note;
        written(note.id);
    }
}

std::optional<NotesChanged> SceneNotes::takeChanges() {
    if (m_written.isEmpty() && m_removed.isEmpty() && !m_arePlacesOld)
        return std::nullopt;
    NotesChanged changes;
    for (const NoteId note : std::exchange(m_written, {}))
        if (const SceneNote* const written = find(note))
            changes.written.append(*written);
    changes.removed = std::exchange(m_removed, {});
    changes.places = m_anchors.places();
    m_arePlacesOld = false;
    return changes;
}

void SceneNotes::storeAll() {
    for (const SceneNote& note : std::as_const(m_notes))
        if (!m_written.contains(note.id))
            m_written.append(note.id);
    m_arePlacesOld = !m_notes.isEmpty();
    if (m_arePlacesOld)
        emit storeWanted();
}

} // namespace app
