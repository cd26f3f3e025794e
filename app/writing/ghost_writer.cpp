#include "app/writing/ghost_writer.h"

#include "app/assistant/assistant_service.h"
#include "app/document/characters.h"
#include "app/document/words.h"
#include "app/runs/run_history.h"
#include "app/writing/story_writer.h"

#include <QScopedValueRollback>
#include <QTextBoundaryFinder>

#include <algorithm>
#include <utility>

namespace app {

namespace {

bool hasLetter(QStringView text) {
    return std::any_of(text.begin(), text.end(),
                       [](QChar c) { return c.isLetterOrNumber() || c.isSurrogate(); });
}

// Where the word ends that `text` has at `from` or behind; the end of the text if there is none.
qsizetype wordEnd(QStringView text, qsizetype from) {
    QTextBoundaryFinder finder(QTextBoundaryFinder::Word, text.data(), text.size());
    finder.setPosition(from);
    for (qsizetype begin = from;;) {
        const qsizetype end = finder.toNextBoundary();
        if (end < 0)
            return text.size();
        const bool isWord = hasLetter(text.sliced(begin, end - begin));
        const bool goesOn = end + 1 < text.size() && isHyphen(text[end]) && text[end + 1].isLetterOrNumber();
        if (isWord && !goesOn)
            return end;
        begin = end;
    }
}

} // namespace

qsizetype firstWordOf(QStringView suggestion) {
    qsizetype end = 0;
    while (end < suggestion.size() && suggestion[end].isSpace())
        ++end;
    end = wordEnd(suggestion, end);
    while (end < suggestion.size() && !suggestion[end].isSpace() && !suggestion[end].isLetterOrNumber() &&
           !suggestion[end].isSurrogate())
        end = characterEnd(suggestion, end + 1);
    return end;
}

GhostWriter::GhostWriter(StoryWriter& writer, Document& document, AssistantService& assistant,
                         RunHistory& runs)
    : m_writer(writer)
    , m_document(document)
    , m_assistant(assistant)
    , m_runs(runs) {
    connect(&m_assistant, &AssistantService::promptProgress, this, [this](const PromptProgress& progress) {
        if (isActive() && progress.id == m_ghost.request)
            emit promptProgressed(progress);
    });
    connect(&m_assistant, &AssistantService::promptRead, this, &GhostWriter::onPromptRead);
    connect(&m_assistant, &AssistantService::tokensGenerated, this, &GhostWriter::onTokens);
    connect(&m_assistant, &AssistantService::finished, this, &GhostWriter::onFinished);
    connect(&m_assistant, &AssistantService::modelLoading, this, &GhostWriter::dismiss);
    connect(&m_document, &Document::changed, this, &GhostWriter::onDocumentChanged);
    connect(&m_document, &Document::wasReset, this, &GhostWriter::dismiss);
}

bool GhostWriter::ask(qsizetype cursor, int maxTokens) {
    if (m_writer.activity() != StoryWriter::Activity::Idle || m_assistant.isLoadingModel())
        return false;
    const qsizetype position = m_document.content().snapped(cursor);
    const bool isAnother = isActive() && m_ghost.position == position;
    dismiss();
    Ghost ghost;
    ghost.options = m_writer.optionsOfNextRun(isAnother);
    ghost.options.maxTokens = maxTokens;
    ghost.options.stopAt = StopAt::Sentence;
    ghost.options.endsWithSentence = false; // it would become half as long again
    ghost.options.wordsPerMinute = 0;
    ghost.askedAt = QDateTime::currentDateTimeUtc();
    ghost.source = m_writer.sourceAt(position);
    ghost.start = ghost.position = position;
    GenerationRequest request;
    request.model = m_writer.modelChoice();
    request.options = ghost.options;
    request.source = ghost.source;
    request.isGhost = true;
    ghost.request = m_assistant.generate(std::move(request)).id();
    m_ghost = std::move(ghost);
    emit changed();
    return true;
}

bool GhostWriter::dismiss() {
    if (!isActive())
        return false;
    const Ghost ghost = std::exchange(m_ghost, Ghost());
    if (!ghost.isWritten) {
        m_assistant.abandon(ghost.request);
        if (const RunRecord* const run = m_runs.run(ghost.run))
            m_runs.finish(ghost.run, OutcomeKind::Cancelled, EndReason::None, run->timings, QString());
    }
    emit changed();
    return true;
}

bool GhostWriter::takeAll() { return take(text().size()); }

bool GhostWriter::takeWord() { return take(firstWordOf(text())); }

bool GhostWriter::take(qsizetype length) {
    if (length <= 0)
        return false;
    if (m_ghost.run == 0)
        record();
    const QString piece = m_ghost.text.sliced(m_ghost.passed, length);
    const Span span{length, Origin::Generated, m_ghost.run, m_ghost.passed};
    const TextRange place{m_ghost.position, 0};
    // First, so that whoever is told of the text finds the rest behind it.
    m_ghost.passed += length;
    m_ghost.position += length;
    bool isTaken = false;
    {
        const QScopedValueRollback taking(m_isTaking, true);
        isTaken = m_document.replacePassage(place, piece, {span});
    }
    if (!isTaken) {
        dismiss();
        return false;
    }
    pass(0);
    emit taken();
    return true;
}

// Goes on behind so much of it, which stands in the text.
void GhostWriter::pass(qsizetype length) {
    m_ghost.passed += length;
    m_ghost.position += length;
    if (m_ghost.isWritten && m_ghost.passed == m_ghost.text.size())
        m_ghost = Ghost();
    emit changed();
}

void GhostWriter::record() {
    RunRecord record = m_writer.recordAt(m_ghost.start, m_ghost.source.story, m_ghost.options);
    record.startedAt = m_ghost.askedAt;
    m_ghost.run = record.id;
    m_runs.add(record);
    const PromptRead& read = m_ghost.read;
    m_runs.describe(record.id, read.model, read.prompt, read.promptTokens, read.seconds);
    m_runs.append(record.id, m_ghost.text, m_ghost.tokens, m_ghost.gates, m_ghost.choices);
    m_runs.addLooks(record.id, read.chunks, m_ghost.looks);
    if (m_ghost.isWritten)
        m_runs.finish(record.id, m_ghost.outcome.kind, m_ghost.outcome.reasons[0], m_ghost.outcome.timings[0],
                      m_ghost.outcome.message);
}

void GhostWriter::onPromptRead(const PromptRead& prompt) {
    if (isActive() && prompt.id == m_ghost.request)
        m_ghost.read = prompt;
}

void GhostWriter::onTokens(const TokenBatch& batch) {
    if (!isActive() || batch.id != m_ghost.request)
        return;
    m_ghost.text += batch.text;
    m_ghost.tokens += batch.tokens;
    m_ghost.gates.append(batch.gates);
    m_ghost.choices += batch.choices;
    m_ghost.looks += batch.looks;
    if (m_ghost.run != 0) {
        m_runs.append(m_ghost.run, batch.text, batch.tokens, batch.gates, batch.choices);
        m_runs.addLooks(m_ghost.run, {}, batch.looks);
    }
    if (!batch.text.isEmpty())
        emit changed();
}

void GhostWriter::onFinished(RequestId id, const Outcome& outcome) {
    if (!isActive() || id != m_ghost.request)
        return;
    m_ghost.isWritten = true;
    m_ghost.outcome = outcome;
    if (m_ghost.run != 0)
        m_runs.finish(m_ghost.run, outcome.kind, outcome.reasons[0], outcome.timings[0], outcome.message);
    pass(0);
    emit finished(outcome);
}

void GhostWriter::onDocumentChanged(const DocumentChange& change) {
    if (m_isTaking || !isActive())
        return;
    const TextEdit& edit = change.edit;
    if (change.source == ChangeSource::Writer && edit.position == m_ghost.position &&
        edit.removedLength == 0 && !edit.inserted.isEmpty() && text().startsWith(edit.inserted))
        pass(edit.inserted.size());
    else
        dismiss();
}

} // namespace app
