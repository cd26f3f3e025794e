#include "app/statistics/writing_log.h"

#include "app/document/document.h"
#include "app/statistics/word_owners.h"

#include <algorithm>
#include <utility>

namespace app {

WritingLog::WritingLog(const Document& story, QObject* parent, Clock clock)
    : QObject(parent)
    , m_story(story)
    , m_clock(clock ? std::move(clock) : Clock([] { return QDateTime::currentDateTime(); })) {
    connect(&story, &Document::changed, this, &WritingLog::note);
}

void WritingLog::reset(const QList<WritingDay>& days) {
    m_days = days;
    m_session = {};
    m_changed.clear();
    m_lastChange.reset();
    m_restMs = 0;
    m_isInStep = m_hasNews = false;
    emit changed();
}

WritingDay WritingLog::today() const {
    const QDate date = m_clock().date();
    const auto found = std::ranges::find(m_days, date, &WritingDay::day);
    return found == m_days.end() ? WritingDay{.day = date} : *found;
}

WritingDay& WritingLog::dayAt(const QDate& date) {
    const auto found = std::ranges::lower_bound(m_days, date, {}, &WritingDay::day);
    if (found != m_days.end() && found->day == date)
        return *found;
    return *m_days.insert(found, WritingDay{.day = date});
}

void WritingLog::noteTime(const QDateTime& now) {
    const qint64 passed = m_lastChange ? m_lastChange->msecsTo(now) : 0;
    m_lastChange = now;
    if (passed <= 0 || passed > kPauseSeconds * 1000)
        return;
    m_restMs += passed;
    const int seconds = static_cast<int>(m_restMs / 1000);
    m_restMs %= 1000;
    dayAt(now.date()).seconds += seconds;
    m_session.seconds += seconds;
}

void WritingLog::note(const DocumentChange& change) {
    // Of a step with thousands of edits the clock is looked at once, and it is told of once.
    if (!m_isInStep)
        m_stepBegan = m_clock();
    const bool isAlone = change.isLastOfStep && !m_isInStep;
    m_isInStep = !change.isLastOfStep;
    const QDate date = m_stepBegan.date();
    const WritingDay before = dayAt(date);
    if (change.source == ChangeSource::Writer)
        noteTime(m_stepBegan);
    const WordOwners more = ownersChanged(m_story.content(), change.edit, change.inverse, isAlone);
    const WordOwners came = countOwners(change.edit.inserted, change.edit.insertedSpans);
    const WordOwners went = countOwners(change.inverse.inserted, change.inverse.insertedSpans);
    const bool isLarge = std::max({came.own, went.own}) > kLargePiece;
    for (WritingDay* const day : {&dayAt(date), &m_session}) {
        day->model = std::max(0, day->model + more.model);
        if (change.source == ChangeSource::Writer && isLarge) {
            day->pasted += came.own;
            day->cut += went.own;
        } else if (isAlone && !isLarge && change.source != ChangeSource::Generation) {
            day->typed = std::max(0, day->typed + more.own);
        }
    }
    if (dayAt(date) != before) {
        m_hasNews = true;
        if (!m_changed.contains(date))
            m_changed.append(date);
    }
    if (m_isInStep || !m_hasNews)
        return;
    m_hasNews = false;
    emit storeWanted();
    emit changed();
}

QList<WritingDay> WritingLog::takeChanges() {
    QList<WritingDay> days;
    for (const QDate& date : std::exchange(m_changed, {}))
        days.append(dayAt(date));
    return days;
}

void WritingLog::storeAll() {
    for (const WritingDay& day : std::as_const(m_days))
        if (!m_changed.contains(day.day))
            m_changed.append(day.day);
    if (!m_changed.isEmpty())
        emit storeWanted();
}

} // namespace app
