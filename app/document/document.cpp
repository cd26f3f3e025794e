#include "app/document/document.h"

#include "app/document/characters.h"
#include "app/document/edit_history.h"

#include <QDateTime>

#include <algorithm>
#include <utility>

namespace app {

namespace {

// A list of the text of one origin, or of none.
QList<Span> oneSpan(qsizetype length, Origin origin, RunId run = 0, qsizetype runOffset = 0) {
    QList<Span> spans;
    appendSpan(spans, Span{length, origin, run, runOffset});
    return spans;
}

// What the writer puts between two spans.
QList<Span> writersSpans(const Span* left, const Span* right, qsizetype length) {
    const bool isInsideRun = left != nullptr && right != nullptr && left->run != 0 && left->run == right->run;
    return isInsideRun ? oneSpan(length, Origin::Edited, left->run) : oneSpan(length, Origin::Typed);
}

QList<TextEdit> reversed(const QList<TextEdit>& edits) {
    return QList<TextEdit>(edits.crbegin(), edits.crend());
}

} // namespace

Document::Document(QObject* parent, Clock clock)
    : QObject(parent)
    , m_history(std::make_unique<EditHistory>())
    , m_clock(clock ? std::move(clock) : Clock(&QDateTime::currentMSecsSinceEpoch)) {}

Document::~Document() = default;

void Document::reset(SpannedText content, UndoHistory history) {
    m_content = std::move(content);
    m_history->reset(std::move(history));
    m_openRun = 0;
    m_anchor = 0;
    ++m_revision;
    emit wasReset();
    notifyHistory();
}

void Document::moveAnchor(const TextEdit& edit) {
    if (m_openRun != 0 && m_anchor > edit.position) {
        m_anchor = m_anchor >= edit.position + edit.removedLength
                       ? m_anchor - edit.removedLength + edit.inserted.size()
                       : edit.position;
    }
    ++m_revision;
}

TextEdit Document::applyEdit(const TextEdit& edit) {
    moveAnchor(edit);
    return m_content.apply(edit);
}

QList<TextEdit> Document::applyAll(const QList<TextEdit>& edits) {
    for (const TextEdit& edit : edits)
        moveAnchor(edit);
    return m_content.applyAll(edits);
}

TextEdit Document::writersEdit(qsizetype position, qsizetype removedLength, QString inserted) const {
    widenToPairs(text(), position, removedLength, inserted);
    QList<Span> spans = spansForWriter(position, removedLength, inserted.size());
    return TextEdit{position, removedLength, std::move(inserted), std::move(spans)};
}

bool Document::applyUserEdit(qsizetype position, qsizetype removedLength, const QString& inserted) {
    if (position < 0 || removedLength < 0 || position > size() || removedLength > size() - position)
        return false;
    if (removedLength == 0 && inserted.isEmpty())
        return true;
    // Typed exactly where a generation goes on, a step that began before that place would come to lie around
    // it.
    const bool mayJoin = m_openRun == 0 || position != m_anchor;
    const TextEdit edit = writersEdit(position, removedLength, inserted);
    const TextEdit inverse = applyEdit(edit);
    m_history->recordKeystroke(edit, inverse, m_clock(), mayJoin);
    report({edit}, {inverse}, ChangeSource::Writer);
    return true;
}

QList<Span> Document::spansForWriter(qsizetype position, qsizetype removedLength, qsizetype length) const {
    const auto left = m_content.spanAt(position - 1);
    const auto right = m_content.spanAt(position + removedLength);
    return writersSpans(left ? &left->span : nullptr, right ? &right->span : nullptr, length);
}

bool Document::applyReplacements(const QList<Replacement>& replacements) {
    qsizetype from = 0;
    for (const Replacement& replacement : replacements) {
        const TextRange& range = replacement.range;
        if (range.position < from || range.length < 0 || range.length > size() - range.position)
            return false;
        from = range.end();
    }
    // From the end, so that a replacement does not move the ranges still to come.
    QList<TextEdit> edits;
    QList<TextEdit> inverses;
    if (const auto apart = writersEdits(replacements)) {
        edits = *apart;
        inverses = applyAll(edits);
    } else {
        for (auto replacement = replacements.crbegin(); replacement != replacements.crend(); ++replacement) {
            // The one behind may have taken half a character of this one along.
            const qsizetype position = std::min(replacement->range.position, size());
            const qsizetype length = std::min(replacement->range.length, size() - position);
            edits.append(writersEdit(position, length, replacement->text));
            inverses.append(applyEdit(edits.last()));
        }
    }
    if (!inverses.isEmpty())
        m_history->recordStep(inverses);
    report(edits, inverses, ChangeSource::Command);
    return true;
}

std::optional<QList<TextEdit>> Document::writersEdits(const QList<Replacement>& replacements) const {
    QList<TextEdit> edits;
    edits.reserve(replacements.size());
    const SpanIndex spans(m_content.spans());
    qsizetype doneFrom = size() + 1;
    const Span* right = nullptr; // of what is behind the replacement
    for (auto replacement = replacements.crbegin(); replacement != replacements.crend(); ++replacement) {
        TextEdit edit{replacement->range.position, replacement->range.length, replacement->text, {}};
        widenToPairs(text(), edit.position, edit.removedLength, edit.inserted);
        const qsizetype end = edit.position + edit.removedLength;
        const bool mayShare = (end < size() && text()[end].isSurrogate()) ||
                              (!edit.inserted.isEmpty() && edit.inserted.back().isHighSurrogate());
        if (end > doneFrom || (end == doneFrom && mayShare))
            return std::nullopt;
        if (end < doneFrom)
            right = spans.at(end);
        edit.insertedSpans = writersSpans(spans.at(edit.position - 1), right, edit.inserted.size());
        doneFrom = edit.position;
        edits.append(std::move(edit));
        if (!edits.last().inserted.isEmpty())
            right = &edits.constLast().insertedSpans.constFirst(); // the one before may touch it
    }
    return edits;
}

bool Document::applyEdits(const QList<TextEdit>& edits) {
    const qsizetype anchor = m_anchor;
    QList<TextEdit> inverses;
    for (const TextEdit& edit : edits) {
        const bool takesAnchor =
            m_openRun != 0 && m_anchor > edit.position && m_anchor < edit.position + edit.removedLength;
        if (takesAnchor || !m_content.accepts(edit)) {
            for (auto inverse = inverses.crbegin(); inverse != inverses.crend(); ++inverse)
                applyEdit(*inverse);
            m_anchor = anchor;
            return false;
        }
        inverses.append(applyEdit(edit));
    }
    if (!inverses.isEmpty())
        m_history->recordStep(inverses);
    report(edits, inverses, ChangeSource::Command);
    return true;
}

bool Document::moveRange(const TextRange& range, qsizetype place) {
    const bool isInside = range.position >= 0 && range.length > 0 && range.end() <= size();
    if (!isInside || place < 0 || place > size() || (place > range.position && place < range.end()))
        return false;
    const QString moved = text().sliced(range.position, range.length);
    const qsizetype target = place >= range.end() ? place - range.length : place;
    return applyEdits({TextEdit{range.position, range.length, QString(), {}},
                       TextEdit{target, 0, moved, m_content.spansOf(range)}});
}

bool Document::canUndo() const { return m_history->canUndo(); }

bool Document::canRedo() const { return m_history->canRedo(); }

void Document::undo() {
    const auto step = m_history->takeUndo();
    if (!step)
        return;
    const bool wasOpen = m_openRun != 0 && step->generation == m_openRun;
    const QList<TextEdit> inverses = applyAll(step->edits);
    if (!inverses.isEmpty())
        m_history->pushUndone(EditHistory::Step{reversed(inverses), step->generation});
    if (wasOpen) {
        m_history->closeGeneration(m_openRun);
        m_openRun = 0;
    }
    report(step->edits, inverses, ChangeSource::History);
    if (wasOpen)
        emit generationUndone(step->generation);
}

void Document::redo() {
    const auto step = m_history->takeRedo();
    if (!step)
        return;
    const QList<TextEdit> inverses = applyAll(step->edits);
    m_history->pushRedone(EditHistory::Step{reversed(inverses), step->generation});
    report(step->edits, inverses, ChangeSource::History);
}

std::optional<UndoHistoryChange> Document::takeHistoryChange() {
    return m_isInStep ? std::nullopt : m_history->takeChange();
}

void Document::breakTypingStep() { m_history->breakJoin(); }

bool Document::beginGeneration(RunId run, qsizetype position) {
    if (m_openRun != 0 || run == 0)
        return false;
    m_openRun = run;
    m_generatedLength = 0;
    m_anchor = m_content.snapped(position);
    m_history->openGeneration(run);
    return true;
}

bool Document::appendGenerated(RunId run, const QString& text, qsizetype replacedLength,
                               const Passage& before) {
    if (run == 0 || run != m_openRun || replacedLength < 0 || replacedLength > size() - m_anchor)
        return false;
    if (!text.isEmpty())
        insertAtAnchor(text, replacedLength, before);
    return true;
}

void Document::insertAtAnchor(const QString& text, qsizetype replacedLength, const Passage& before) {
    TextEdit edit{m_anchor, replacedLength, before.text + text, before.spans};
    appendSpan(edit.insertedSpans, Span{text.size(), Origin::Generated, m_openRun, m_generatedLength});
    TextEdit inverse{edit.position, edit.inserted.size(), QString(), {}};
    if (replacedLength > 0) {
        m_history->raiseGeneration(m_openRun);
        const TextEdit removal = applyEdit(TextEdit{m_anchor, replacedLength, QString(), {}});
        m_history->recordRemoval(removal);
        inverse.inserted = removal.inserted;
        inverse.insertedSpans = removal.insertedSpans;
    }
    m_generatedLength += text.size();
    m_history->recordInsertion(m_openRun, edit.position, edit.inserted.size());
    applyEdit(TextEdit{edit.position, 0, edit.inserted, edit.insertedSpans});
    m_anchor = edit.position + edit.inserted.size();
    report({edit}, {inverse}, ChangeSource::Generation); // one edit, so that a cursor goes along with it
}

void Document::endGeneration(RunId run) {
    if (run == 0 || run != m_openRun)
        return;
    m_history->closeGeneration(run);
    m_openRun = 0;
    notifyHistory();
}

std::optional<qsizetype> Document::generationAnchor() const {
    return m_openRun != 0 ? std::optional(m_anchor) : std::nullopt;
}

bool Document::insertGenerated(RunId run, qsizetype position, const QString& text) {
    return replacePassage({m_content.snapped(position), 0}, text,
                          oneSpan(text.size(), Origin::Generated, run));
}

bool Document::replacePassage(const TextRange& range, const QString& text, const QList<Span>& spans) {
    const TextEdit edit{range.position, range.length, text, spans};
    if (m_openRun != 0 || !m_content.accepts(edit))
        return false;
    if (range.length == 0 && text.isEmpty())
        return true;
    const TextEdit inverse = applyEdit(edit);
    m_history->recordStep({inverse});
    report({edit}, {inverse}, ChangeSource::Command);
    return true;
}

void Document::report(const QList<TextEdit>& edits, const QList<TextEdit>& inverses, ChangeSource source) {
    m_isInStep = !edits.isEmpty();
    emit stepDone(DocumentStep{edits, source});
    for (qsizetype i = 0; i < edits.size(); ++i) {
        m_isInStep = i + 1 < edits.size();
        emit changed(DocumentChange{edits[i], source, inverses[i], !m_isInStep});
    }
    notifyHistory();
}

void Document::notifyHistory() {
    if (m_couldUndo == canUndo() && m_couldRedo == canRedo())
        return;
    m_couldUndo = canUndo();
    m_couldRedo = canRedo();
    emit historyChanged(m_couldUndo, m_couldRedo);
}

} // namespace app
