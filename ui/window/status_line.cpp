#include "ui/window/status_line.h"

#include "app/assistant/assistant_service.h"
#include "app/project/project_controller.h"
#include "app/runs/run_history.h"
#include "app/writing/story_writer.h"
#include "ui/keys/key_hint.h"

#include <QLabel>
#include <QLocale>

#include <algorithm>

namespace ui {

namespace {

// Above this, "1 minute" or "1 hour" would say too little.
constexpr int kManyUnits = 90;

// "40 seconds", "12 minutes", "3 hours"; in steps that do not flicker.
QString approximately(double seconds) {
    const int whole = qRound(std::min(seconds, 1e6));
    const int minutes = qRound(whole / 60.0);
    if (minutes >= kManyUnits) {
        return StatusLine::tr("%n hour(s)", nullptr, qRound(whole / 3600.0));
    }
    if (whole >= kManyUnits) {
        return StatusLine::tr("%n minute(s)", nullptr, minutes);
    }
    return StatusLine::tr("%n second(s)", nullptr, whole <= 10 ? std::max(whole, 1) : (whole + 2) / 5 * 5);
}

} // namespace

StatusLine::StatusLine(const app::AppContext& context, QWidget* parent)
    : QStatusBar(parent)
    , m_context(context)
    , m_activity(new QLabel)
    , m_goal(new QLabel)
    , m_words(new QLabel)
    , m_model(new QLabel)
    , m_saved(new QLabel) {
    setSizeGripEnabled(false);
    m_activity->setObjectName(QStringLiteral("statusActivity"));
    m_goal->setObjectName(QStringLiteral("statusGoal"));
    m_words->setObjectName(QStringLiteral("statusWords"));
    m_model->setObjectName(QStringLiteral("statusModel"));
    m_saved->setObjectName(QStringLiteral("statusSaved"));
    m_activity->setAccessibleName(tr("What the model is doing"));
    m_goal->setAccessibleName(tr("Goal"));
    m_words->setAccessibleName(tr("Words"));
    m_model->setAccessibleName(tr("Model"));
    m_saved->setAccessibleName(tr("Saved"));
    addWidget(m_activity, 1);
    for (QLabel* const label : {m_goal, m_words, m_model, m_saved}) {
        addPermanentWidget(label);
    }
    for (QLabel* const label : {m_activity, m_goal, m_words, m_model, m_saved}) {
        label->setTextFormat(Qt::PlainText);
        label->setProperty("quiet", true);
        label->setContentsMargins(6, 4, 6, 4);
    }
    setWords(0);
    m_goal->hide();
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
        } else if (activity == StoryWriter::Activity::WritingAlternatives) {
            say(tr("reading…"));
        }
        if (activity != StoryWriter::Activity::Idle) {
            m_read.clear();
        }
    });
    connect(&m_context.writer, &StoryWriter::promptProgressed, this, &StatusLine::showProgress);
    connect(&m_context.writer, &StoryWriter::promptRead, this, [this] {
        m_read.clear();
        say(m_context.writer.activity() == StoryWriter::Activity::Comparing ? tr("comparing…")
                                                                            : tr("writing"));
    });
    connect(&m_context.writer, &StoryWriter::progressed, this, [this](int tokens, double tokensPerSecond) {
        const QString speed = tr("writing, %1 tokens/s").arg(QLocale().toString(qRound(tokensPerSecond)));
        const QString count = tr("%n token(s)", nullptr, tokens);
        say(m_writesBeforeText ? tr("%1, %2; it does not see what follows").arg(speed, count)
                               : QStringLiteral("%1, %2").arg(speed, count));
    });
    connect(&m_context.writer, &StoryWriter::finished, this,
            [this](app::RunId run, const app::Outcome& outcome) { say(outcomeOf(run, outcome)); });
}

void StatusLine::showProgress(const app::PromptProgress& progress) {
    // Of a novel, a tenth of a per cent is some sentences. Never 100: it is read when promptRead() says so.
    const double percent =
        std::clamp(100.0 * progress.tokensKnown / std::max(progress.promptTokens, 1), 0.0, 99.0);
    m_read = tr("%1 %").arg(QLocale().toString(percent, 'f', percent < 10 ? 1 : 0));
    QString reading = tr("reading the story, %1").arg(m_read);
    if (m_context.writer.activity() == app::StoryWriter::Activity::Comparing) {
        reading = progress.side == app::Side::First
                      ? tr("reading the story for the base model, %1").arg(m_read)
                      : tr("reading the story for the gated model, %1").arg(m_read);
    }
    const auto left = progress.secondsLeft();
    say(left ? tr("%1, %2 left; Esc stops").arg(reading, approximately(*left)) : reading);
}

QString StatusLine::outcomeOf(app::RunId run, const app::Outcome& outcome) const {
    if (outcome.kind == app::OutcomeKind::Cancelled && !m_read.isEmpty()) {
        return tr("stopped reading at %1; next time it goes on from there").arg(m_read);
    }
    const app::RunRecord* const record = m_context.runs.run(run);
    if (record == nullptr || record->kind == app::RunKind::Compare) {
        return {};
    }
    const app::SideTimings& timings = outcome.timings[0];
    const QString count = tr("%n token(s)", nullptr, timings.tokens);
    switch (outcome.kind) {
    case app::OutcomeKind::Failed: return tr("failed");
    case app::OutcomeKind::Cancelled:
        return timings.tokens > 0 ? tr("stopped after %1").arg(count) : tr("stopped");
    case app::OutcomeKind::Completed: break;
    }
    const QString wrote =
        tr("wrote %1, %2 tokens/s").arg(count, QLocale().toString(qRound(timings.tokensPerSecond())));
    return record->attemptOf == run
               ? wrote
               : tr("%1; %2 brings back the attempt before").arg(wrote, keysOf(*this, "earlierAttempt"));
}

void StatusLine::say(const QString& activity) { m_activity->setText(activity); }
QString StatusLine::activity() const { return m_activity->text(); }

void StatusLine::setWords(int words) {
    m_words->setText(tr("%1 word(s)", nullptr, words).arg(QLocale().toString(words)));
}

void StatusLine::setGoal(const QString& progress, const QString& details) {
    m_goal->setVisible(!progress.isEmpty());
    m_goal->setText(progress);
    m_goal->setToolTip(details);
    m_words->setToolTip(details);
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
