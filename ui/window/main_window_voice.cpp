// The writer's own voice and what follows from it: a gate that is ready is offered, and used if that is
// wanted.
#include "ui/window/main_window.h"

#include "app/models/model_catalog.h"
#include "app/voice/voice_fit.h"
#include "app/writing/story_writer.h"
#include "ui/sidebar/model_panel.h"
#include "ui/sidebar/sidebar_dock.h"
#include "ui/voice/voice_dialog.h"
#include "ui/window/actions.h"
#include "ui/window/message_bar.h"
#include "ui/window/status_line.h"

#include <QAction>
#include <QLocale>

namespace ui {

void MainWindow::connectVoice() {
    connect(m_actions->teachVoice, &QAction::triggered, m_voice, &VoiceDialog::open);
    connect(&m_sidebar->modelPanel(), &ModelPanel::voiceRequested, m_voice, &VoiceDialog::open);
    const auto write = [this](const app::ModelChoice& choice) {
        m_context.writer.setModelChoice(choice);
        m_status->say(tr("the next continuation uses your voice"));
    };
    connect(m_voice, &VoiceDialog::voiceWanted, this, write);
    connect(&m_context.voice, &app::VoiceFit::finished, this,
            [this, write](const app::VoiceOutcome& outcome) {
                m_context.models.inspectAgain(outcome.model);
                if (m_voice->isVisible())
                    return; // it says so itself
                if (outcome.kind == app::VoiceOutcome::Kind::Failed)
                    m_messages->show(MessageBar::Kind::Problem, outcome.message, outcome.details);
                else if (outcome.kind == app::VoiceOutcome::Kind::Ready)
                    m_messages->show(MessageBar::Kind::Hint,
                                     tr("Your voice is ready: it guesses your next word better by %1 %.")
                                         .arg(QLocale().toString(outcome.betterByPercent, 'f', 1)),
                                     {}, {tr("&Write with it"), [write, outcome] {
                                              write({outcome.model, outcome.gate});
                                          }});
            });
}

} // namespace ui
