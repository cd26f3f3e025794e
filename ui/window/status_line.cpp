#include "ui/window/status_line.h"

#include "app/assistant/assistant_service.h"
#include "app/project/project_controller.h"
#include "app/runs/run_history.h"
#include "app/writing/story_writer.h"

#include <QLabel>
#include <QLocale>

namespace ui {

StatusLine::StatusLine(const app::AppContext& context, QWidget* parent)
    : QStatusBar(parent)
    , m_context(context)
    , m_activity(new QLabel)
    , m_words(new QLabel)
    , m_model(new QLabel)
    , m_saved(new QLabel) {
    setSizeGripEnabled(false);
    m_activity->setObjectName(QStringLiteral("statusActivity"));
    m_words->setObjectName(QStringLiteral("statusWords"));
    m_model->setObjectName(QStringLiteral("statusModel"));
    m_saved->setObjectName(QStringLiteral("statusSaved"));
    m_activity->setAccessibleName(tr("What the model is doing"));
    m_words->setAccessibleName(tr("Words"));
    m_model->setAccessibleName(tr("Model"));
    m_saved->setAccessibleName(tr("Saved"));
    addWidget(m_activity, 1);
    for (QLabel* const label : {m_words, m_model, m_saved}) {
        addPermanentWidget(label);
    }
    for (QLabel* const label : {m_activity, m_words, m_model, m_saved}) {
        label->setTextFormat(Qt::PlainText);
        label->setProperty("quiet", true);
    }
    setWords(0);
    connectWriter();
    connect(&m_context.assistant, &app::AssistantService::modelLoading, this, &StatusLine::showModel);
    connect(&m_context.assistant, &app::AssistantService::modelLoaded, this, &StatusLine::showModel);
    connect(&m_context.assistant, &app::AssistantService::modelFailed, this, &StatusLine::showModel);
    connect(&m_context.project, &app::ProjectController::saveStateChanged, this, &StatusLine::showSaveState);
    connect(&m_context.project, &app::ProjectController::titleChanged, this, &StatusLine::showSaveState);
    connect(&m_context.project, &app::ProjectController::busyChanged, this, [this](bool isBusy) {
        if (isBusy) {
            say(tr("opening…"));
        } else if (m_activity->text() == tr("opening…")) {
            say({});
        }
    });
    showModel();
    showSaveState();
}

void StatusLine::connectWriter() {
    using app::StoryWriter;
    connect(&m_context.writer, &StoryWriter::activityChanged, this, [this](StoryWriter::Activity activity) {
        if (activity == StoryWriter::Activity::Continuing) {
            say(tr("reading…"));
        } else if (activity == StoryWriter::Activity::Comparing) {
            say(tr("comparing…"));
        }
    });
    connect(&m_context.writer, &StoryWriter::promptRead, this, [this](const app::PromptRead& prompt) {
        if (m_context.writer.activity() == StoryWriter::Activity::Continuing) {
            say(prompt.promptStart > 0
                    ? tr("writing, from the last %n token(s) of the story", nullptr, prompt.promptTokens)
                    : tr("writing"));
        }
    });
    connect(&m_context.writer, &StoryWriter::progressed, this, [this](int tokens, double tokensPerSecond) {
        const QString speed = tr("writing, %1 tokens/s").arg(QLocale().toString(qRound(tokensPerSecond)));
        const QString count = tr("%n token(s)", nullptr, tokens);
        say(m_writesBeforeText ? tr("%1, %2; it does not see what follows").arg(speed, count)
                               : QStringLiteral("%1, %2").arg(speed, count));
    });
    connect(&m_context.writer, &StoryWriter::finished, this,
            [this](app::RunId run, const app::Outcome& outcome) {
                const app::RunRecord* const record = m_context.runs.run(run);
                if (record == nullptr || record->kind == app::RunKind::Compare) {
                    say({});
                    return;
                }
                const app::SideTimings& timings = outcome.timings[0];
                const QString count = tr("%n token(s)", nullptr, timings.tokens);
                if (outcome.kind == app::OutcomeKind::Failed) {
                    say(tr("failed"));
                } else if (outcome.kind == app::OutcomeKind::Cancelled) {
                    say(tr("stopped after %1").arg(count));
                } else {
                    say(tr("wrote %1, %2 tokens/s")
                            .arg(count, QLocale().toString(qRound(timings.tokensPerSecond()))));
                }
            });
}

void StatusLine::say(const QString& activity) { m_activity->setText(activity); }
QString StatusLine::activity() const { return m_activity->text(); }

void StatusLine::setWords(int words) {
    m_words->setText(tr("%1 word(s)", nullptr, words).arg(QLocale().toString(words)));
}

void StatusLine::showModel() {
    const auto& model = m_context.assistant.model();
    if (m_context.assistant.isLoadingModel()) {
        m_model->setText(tr("loading the model…"));
    } else if (!model) {
        m_model->setText(tr("no model"));
    } else {
        m_model->setText(model->hasGates ? tr("%1, %2").arg(model->name, model->gate)
                                         : tr("%1, base").arg(model->name));
        m_model->setToolTip(tr("%1, %n layer(s)", nullptr, model->layers).arg(model->architecture) +
                            tr(", width %1").arg(model->width));
    }
}

void StatusLine::showSaveState() {
    using State = app::ProjectController::SaveState;
    switch (m_context.project.saveState()) {
    case State::Saved: m_saved->setText(tr("saved")); break;
    case State::Saving: m_saved->setText(tr("saving…")); break;
    case State::Failing: m_saved->setText(tr("not saved")); break;
    case State::ReadOnly: m_saved->setText(tr("read-only")); break;
    }
    m_saved->setToolTip(m_context.project.saveProblem().isEmpty()
                            ? tr("Inkgate saves as you write. “Save as” gives the story a name and a place.")
                            : m_context.project.saveProblem());
}

} // namespace ui
