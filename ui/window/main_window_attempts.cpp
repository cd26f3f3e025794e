// The tree of attempts in the window: alternatives, branches, and what the panel asks for.
#include "app/document/document.h"
#include "app/preferences/preferences.h"
#include "app/runs/run_history.h"
#include "app/writing/story_writer.h"
#include "ui/attempts/alternative_cards.h"
#include "ui/attempts/attempt_tree.h"
#include "ui/attempts/attempts_dock.h"
#include "ui/choices/choice_presenter.h"
#include "ui/editor/story_editor.h"
#include "ui/heatmap/heatmap_dock.h"
#include "ui/heatmap/token_selection.h"
#include "ui/looks/look_marker.h"
#include "ui/window/actions.h"
#include "ui/window/main_window.h"
#include "ui/window/message_bar.h"
#include "ui/window/status_line.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QMenu>

namespace ui {

void MainWindow::connectAttempts() {
    m_attempts->setAlternatives(m_context.preferences.alternatives());
    connect(m_attempts, &AttemptsDock::alternativesChanged, this,
            [this](int count) { m_context.preferences.setAlternatives(count); });
    connect(m_attempts, &AttemptsDock::alternativesWanted, this, &MainWindow::writeAlternatives);
    connect(m_actions->alternatives, &QAction::triggered, this, &MainWindow::writeAlternatives);
    connect(m_actions->branch, &QAction::triggered, this, &MainWindow::branch);
    connect(m_actions->showAttempts, &QAction::triggered, this, [this](bool isShown) {
        m_attempts->tree().fillNow();
        if (isShown && m_attempts->isShowingCards())
            m_attempts->cards().setFocus();
        else if (isShown && !m_attempts->tree().isEmpty())
            m_attempts->tree().setFocus();
        else
            m_editor->setFocus();
    });
    connect(&m_attempts->tree(), &AttemptTree::attemptWanted, this, &MainWindow::showAttempt);
    connect(&m_attempts->cards(), &AlternativeCards::cardWanted, this, [this](int card) {
        if (!m_context.writer.useAlternative(card))
            return;
        showStory();
        const app::RunId run = m_context.writer.alternatives().cards()[card].run;
        if (const auto standing = app::attemptOfRun(m_context.document.content(), m_context.runs, run))
            m_editor->placeCursor(standing->range.end());
        m_editor->bringCursorIntoSight();
        updateAttempts();
    });
    connect(&m_attempts->tree(), &AttemptTree::deleted, this, [this](app::RunId, const QString& words) {
        m_messages->show(MessageBar::Kind::Hint,
                         tr("“%1” is no longer among the attempts; the story was not touched.").arg(words),
                         {}, {tr("&Undo"), [this] { m_attempts->tree().undoDeletion(); }});
    });
    connect(m_heatmap, &HeatmapDock::branchWanted, this, &MainWindow::branchBehind);
    updateAttempts();
}

void MainWindow::writeAlternatives() {
    showStory();
    dismissHint();
    const qsizetype place = m_editor->selectedRange().end();
    m_status->setWritesBeforeText(isTextAfter(place));
    m_attempts->show();
    m_context.writer.writeAlternatives(place, m_attempts->alternatives());
}

// Behind the token that was clicked in text or heatmap; else behind the one before the cursor.
void MainWindow::branch() {
    const qsizetype cursor = m_editor->selectedRange().end();
    if (const auto token = m_selection->locked() ? m_selection->locked() : m_context.runs.tokenAt(cursor - 1))
        branchBehind(*token);
    else
        m_messages->show(MessageBar::Kind::Hint,
                         tr("A branch begins behind a word of the model. Put the cursor behind one, or click "
                            "a token in the heatmap."));
}

// Behind the token under the mouse; where there is none, as the key does.
void MainWindow::addBranchTo(QMenu& menu, const std::optional<app::RunHistory::TokenPlace>& token) {
    const app::RunRecord* const run = token ? m_context.runs.run(token->run) : nullptr;
    if (run == nullptr) {
        menu.addAction(m_actions->branch);
        return;
    }
    const app::RunToken& place = run->tokens[token->token];
    const QString word = run->text.sliced(place.start, place.end - place.start).simplified();
    menu.addAction(word.isEmpty()
                       ? tr("&Branch here")
                       : tr("&Branch behind “%1”").arg(QString(word).replace(u'&', QStringLiteral("&&"))),
                   this, [this, token] { branchBehind(*token); });
}

void MainWindow::branchBehind(const app::RunHistory::TokenPlace& token) {
    showStory();
    dismissHint();
    if (!m_context.writer.branchBehind(token.run, token.token))
        m_messages->show(
            MessageBar::Kind::Problem,
            tr("The place where this was written is no longer in the story, so nothing can go on "
               "from there."));
    else
        m_selection->unlock();
}

void MainWindow::connectChoices() {
    connect(m_actions->likelyWords, &QAction::triggered, this, &MainWindow::showLikelyWords);
    connect(m_actions->choicesUnderMouse, &QAction::triggered, this, [this](bool isOn) {
        app::Appearance appearance = m_context.preferences.appearance();
        appearance.choicesUnderMouse = isOn;
        m_context.preferences.setAppearance(appearance);
    });
    connect(m_choices, &ChoicePresenter::unavailable, this, [this] {
        m_messages->show(MessageBar::Kind::Hint,
                         tr("The likely words were not kept when this was written. See “What is kept” in the "
                            "settings."));
    });
    connect(m_choices, &ChoicePresenter::choiceWanted, this,
            [this](const app::RunHistory::TokenPlace& place, int choice) {
                showStory();
                dismissHint();
                if (!m_context.writer.writeInstead(place.run, place.token, choice))
                    m_messages->show(MessageBar::Kind::Hint,
                                     tr("Nothing can go on from here with this word."));
            });
}

// Of the word of the model that the cursor is in or directly behind.
void MainWindow::showLikelyWords() {
    showStory();
    const qsizetype cursor = m_editor->selectedRange().end();
    auto token = m_context.runs.tokenAt(cursor);
    if (const auto before = m_context.runs.tokenAt(cursor - 1))
        token = before;
    if (token)
        m_choices->open(*token);
    else
        m_messages->show(MessageBar::Kind::Hint,
                         tr("Put the cursor in a word of the model to see what else was likely there."));
}

void MainWindow::connectLooks() {
    connect(m_actions->looksBack, &QAction::triggered, this, [this] {
        showStory();
        if (!m_looks->toggleAtCursor())
            m_messages->show(MessageBar::Kind::Hint,
                             tr("Put the cursor in a word that an RWKV-X model wrote to see what it looked "
                                "back at. Other models do not look back."));
    });
    connect(m_actions->looksUnderMouse, &QAction::triggered, this, [this](bool isOn) {
        app::Appearance appearance = m_context.preferences.appearance();
        appearance.looksUnderMouse = isOn;
        m_context.preferences.setAppearance(appearance);
    });
}

void MainWindow::showAttempt(app::RunId run) {
    if (const auto range = m_context.writer.showAttempt(run)) {
        showStory();
        m_editor->placeCursor(range->end());
        m_editor->bringCursorIntoSight();
        m_context.runs.setCurrentRun(m_context.runs.run(run)->writtenBy());
        updateAttempts();
        return;
    }
    const auto insert = [this, run] {
        m_context.writer.insertAttempt(run, m_editor->selectedRange().end());
        showStory();
    };
    const auto copy = [this, run] {
        if (const app::RunRecord* const record = m_context.runs.run(run))
            QGuiApplication::clipboard()->setText(record->text);
    };
    m_messages->show(MessageBar::Topic::Passing,
                     {MessageBar::Kind::Hint,
                      tr("The place where this was written is no longer in the story."),
                      {},
                      {{tr("&Insert at the cursor"), insert}, {tr("&Copy"), copy}}});
}

void MainWindow::useNeighbourAttempt(int step) {
    showStory();
    m_editor->bringCursorIntoSight();
    const qsizetype cursor = m_editor->selectedRange().end();
    const auto standing = m_context.writer.attemptAt(cursor);
    const qsizetype index = standing ? standing->index + step : -1;
    if (standing && index >= 0 && index < standing->attempts.size() &&
        m_context.writer.useAttempt(cursor, standing->attempts[index])) {
        m_context.runs.setCurrentRun(m_context.runs.run(standing->attempts[index])->writtenBy());
        m_status->say(tr("attempt %1 of %2").arg(index + 1).arg(standing->attempts.size()));
    }
    updateAttempts();
}

void MainWindow::updateAttempts() {
    const auto standing = m_context.writer.attemptAt(m_editor->selectedRange().end());
    m_actions->earlierAttempt->setEnabled(standing && standing->index > 0);
    m_actions->laterAttempt->setEnabled(standing && standing->index + 1 < standing->attempts.size());
    m_attempts->tree().setCurrentAttempt(!standing               ? 0
                                         : standing->isChanged() ? standing->run
                                                                 : standing->attempts[standing->index]);
}

} // namespace ui
