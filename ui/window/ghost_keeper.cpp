#include "ui/window/ghost_keeper.h"

#include "app/assistant/assistant_service.h"
#include "app/preferences/preferences.h"
#include "app/writing/story_writer.h"
#include "ui/editor/story_editor.h"
#include "ui/window/message_bar.h"
#include "ui/window/status_line.h"

#include <QLocale>

#include <algorithm>
#include <utility>

namespace ui {

namespace {

bool isTextBehind(const QString& text, qsizetype position) {
    for (qsizetype i = position; i < text.size() && text[i] != u'\n'; ++i)
        if (!text[i].isSpace())
            return true;
    return false;
}

} // namespace

GhostKeeper::GhostKeeper(const app::AppContext& context, StoryEditor& editor, StatusLine& status,
                         MessageBar& messages, QObject* parent)
    : QObject(parent)
    , m_context(context)
    , m_editor(editor)
    , m_status(status)
    , m_messages(messages) {
    m_pause.setSingleShot(true);
    connect(&m_pause, &QTimer::timeout, this, &GhostKeeper::onPause);
    connectWriter();
    connectEditor();
}

void GhostKeeper::connectWriter() {
    app::GhostWriter* const ghost = &m_context.writer.ghost();
    connect(ghost, &app::GhostWriter::changed, this, [this, ghost] {
        m_editor.setGhost(ghost->position(), ghost->text());
        if (!ghost->isActive())
            say({});
        else if (m_isAskedFor && !ghost->text().isEmpty())
            say(tr("Tab takes it, Ctrl+Right a word, Esc lets it go"));
    });
    connect(ghost, &app::GhostWriter::promptProgressed, this, [this](const app::PromptProgress& progress) {
        if (m_isAskedFor)
            say(tr("reading the story for a suggestion, %1 %; Esc stops")
                    .arg(std::clamp(100 * qint64{progress.tokensKnown} / std::max(progress.promptTokens, 1),
                                    qint64{0}, qint64{99})));
    });
    connect(ghost, &app::GhostWriter::finished, this, &GhostKeeper::onFinished);
    connect(ghost, &app::GhostWriter::taken, this, [this, ghost] {
        if (!ghost->isActive())
            waitForPause();
    });
    connect(&m_context.document, &app::Document::changed, this, &GhostKeeper::onStoryChanged);
    connect(&m_context.document, &app::Document::wasReset, &m_pause, &QTimer::stop);
    connect(&m_context.writer, &app::StoryWriter::activityChanged, &m_pause, &QTimer::stop);
    connect(&m_context.preferences, &app::Preferences::ghostChanged, &m_pause, &QTimer::stop);
}

void GhostKeeper::connectEditor() {
    app::GhostWriter* const ghost = &m_context.writer.ghost();
    connect(&m_editor, &StoryEditor::ghostAllWanted, ghost, &app::GhostWriter::takeAll);
    connect(&m_editor, &StoryEditor::ghostWordWanted, ghost, &app::GhostWriter::takeWord);
    connect(&m_editor, &StoryEditor::ghostRejected, this, [this] {
        m_pause.stop();
        m_context.writer.ghost().dismiss();
    });
    const auto onMoved = [this, ghost] {
        if (ghost->isActive() &&
            (m_editor.textCursor().hasSelection() || m_editor.cursorPlace() != ghost->position()))
            ghost->dismiss();
    };
    connect(&m_editor, &QTextEdit::cursorPositionChanged, this, onMoved);
    connect(&m_editor, &QTextEdit::selectionChanged, this, onMoved);
}

bool GhostKeeper::mayShow() const {
    return m_editor.isVisible() && m_editor.hasFocus() && !m_editor.isReadOnly() && !m_editor.isComposing() &&
           !m_editor.textCursor().hasSelection();
}

void GhostKeeper::suggest() {
    if (!mayShow())
        return;
    m_pause.stop();
    m_isAskedFor = true;
    app::GhostWriter& ghost = m_context.writer.ghost();
    if (ghost.ask(m_editor.cursorPlace(), m_context.preferences.ghost().maxTokens))
        say(tr("looking for words…"));
    else
        say(m_context.assistant.isLoadingModel() ? tr("the model is not loaded yet: no suggestion")
                                                 : tr("the model is writing: no suggestion"));
}

bool GhostKeeper::dismiss() {
    m_pause.stop();
    return m_context.writer.ghost().dismiss();
}

void GhostKeeper::waitForPause() {
    const double seconds = m_context.preferences.ghost().afterSeconds;
    if (seconds > 0)
        m_pause.start(static_cast<int>(seconds * 1000));
}

void GhostKeeper::onPause() {
    const qsizetype cursor = m_editor.cursorPlace();
    app::GhostWriter& ghost = m_context.writer.ghost();
    // A model that could not be loaded would say so at every pause.
    if (ghost.isActive() || !mayShow() || !m_context.assistant.model() || m_context.document.size() == 0 ||
        isTextBehind(m_context.document.text(), cursor))
        return;
    m_isAskedFor = false;
    ghost.ask(cursor, m_context.preferences.ghost().maxTokens);
}

void GhostKeeper::onStoryChanged(const app::DocumentChange& change) {
    if (change.source == app::ChangeSource::Writer && !change.edit.inserted.isEmpty())
        waitForPause();
    else
        m_pause.stop();
}

void GhostKeeper::onFinished(const app::Outcome& outcome) {
    if (!m_isAskedFor)
        return;
    if (outcome.kind == app::OutcomeKind::Failed) {
        say({});
        m_messages.show(MessageBar::Topic::Writing,
                        {MessageBar::Kind::Problem, outcome.message, outcome.details, {}});
    } else if (!m_context.writer.ghost().isActive() && outcome.timings[0].tokens == 0) {
        say(tr("the model has nothing to suggest here"));
    }
}

// Takes back only its own words: the line is others', too.
void GhostKeeper::say(const QString& words) {
    if (!words.isEmpty() || (!m_said.isEmpty() && m_status.activity() == m_said))
        m_status.say(words);
    m_said = words;
}

} // namespace ui
