#include "ui/choices/choice_presenter.h"

#include "ui/choices/choice_list.h"
#include "ui/editor/story_editor.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QScrollBar>
#include <QTreeWidget>

#include <algorithm>

namespace ui {

namespace {

constexpr int kLeaveMs = 250;
constexpr int kGap = 2; // between the word and the list

} // namespace

ChoicePresenter::ChoicePresenter(StoryEditor& editor, app::RunHistory& runs, QObject* parent)
    : QObject(parent)
    , m_editor(editor)
    , m_runs(runs)
    , m_list(new ChoiceList(&editor)) { // not of the viewport, which moves its children when it scrolls
    m_rest.setSingleShot(true);
    m_rest.setInterval(kRestMs);
    m_leave.setSingleShot(true);
    m_leave.setInterval(kLeaveMs);
    connect(&m_rest, &QTimer::timeout, this, [this] {
        if (m_hovered)
            ask(*m_hovered, Opening::ByMouse);
    });
    connect(&m_leave, &QTimer::timeout, this, [this] {
        if (m_opening == Opening::ByMouse)
            close();
    });
    connect(&m_runs, &app::RunHistory::choicesReady, this, [this](app::RunId run) {
        if (m_place && m_place->run == run && m_list->isHidden())
            show();
    });
    connect(&m_runs, &app::RunHistory::wasReset, this, &ChoicePresenter::close);
    connect(&editor, &QTextEdit::textChanged, this, &ChoicePresenter::followText);
    connect(editor.verticalScrollBar(), &QScrollBar::valueChanged, this, &ChoicePresenter::close);
    connect(m_list, &ChoiceList::chosen, this, [this](int choice) {
        const std::optional<Place> place = m_place;
        close();
        if (place)
            emit choiceWanted(*place, choice);
    });
    connect(m_list, &ChoiceList::stepWanted, this, &ChoicePresenter::step);
    connect(m_list, &ChoiceList::closeWanted, this, &ChoicePresenter::close);
    editor.installEventFilter(this);
    editor.viewport()->installEventFilter(this);
    m_list->installEventFilter(this);
}

void ChoicePresenter::setOpensUnderMouse(bool isOn) {
    m_opensUnderMouse = isOn;
    if (!isOn && m_opening == Opening::ByMouse)
        close();
}

void ChoicePresenter::open(const Place& place) {
    close();
    ask(place, Opening::ByKey);
}

bool ChoicePresenter::close() {
    m_rest.stop();
    m_leave.stop();
    const bool wasOpen = m_list->isVisible();
    const bool hadKeys = wasOpen && m_list->rows().hasFocus();
    m_place.reset();
    m_opening = Opening::None;
    m_list->hide();
    if (hadKeys)
        m_editor.setFocus();
    return wasOpen;
}

void ChoicePresenter::ask(const Place& place, Opening opening) {
    m_place = place;
    m_range = m_runs.rangeOf(place.run, place.token);
    m_opening = opening;
    m_list->hide();
    m_runs.loadChoices(place.run);
}

void ChoicePresenter::show() {
    const auto choices = m_runs.choices(m_place->run, m_place->token);
    const auto range = m_runs.rangeOf(m_place->run, m_place->token);
    const app::RunRecord* const run = m_runs.run(m_place->run);
    if (!choices || !range || run == nullptr) {
        const bool isAskedFor = m_opening == Opening::ByKey;
        close();
        if (isAskedFor)
            emit unavailable();
        return;
    }
    const app::RunToken& token = run->tokens[m_place->token];
    m_list->fill(*choices, token.token, run->text.sliced(token.start, token.end - token.start));
    if (m_opening == Opening::ByKey)
        m_editor.reveal(*range);
    moveTo(*range);
    m_list->show();
    m_list->raise();
    if (m_opening == Opening::ByKey)
        m_list->rows().setFocus();
}

void ChoicePresenter::moveTo(const app::TextRange& range) {
    const QRect page = m_editor.viewport()->geometry();
    const QRect word = m_editor.lineRect(range.position).translated(page.topLeft());
    const int left =
        std::clamp(word.left(), page.left(), std::max(page.left(), page.right() - m_list->width()));
    const bool fitsBelow = word.bottom() + kGap + m_list->height() <= page.bottom();
    const int above = word.top() - kGap - m_list->height();
    m_list->move(left, fitsBelow || above < page.top() ? word.bottom() + kGap : above);
}

// The text grows many times a second while the model writes, mostly behind the words that are looked at.
void ChoicePresenter::followText() {
    if (m_hovered && m_runs.rangeOf(m_hovered->run, m_hovered->token) != m_hoveredRange) {
        m_rest.stop();
        m_hovered.reset();
    }
    if (!m_place)
        return;
    const auto range = m_runs.rangeOf(m_place->run, m_place->token);
    if (range != m_range)
        close();
    else if (range && m_list->isVisible())
        moveTo(*range); // a word at the end of a line may go into the next one as it becomes longer
}

void ChoicePresenter::step(int tokens) {
    if (!m_place)
        return;
    const app::RunRecord* const run = m_runs.run(m_place->run);
    Place next = *m_place;
    // Over those that have no text of their own.
    do
        next.token += tokens;
    while (run != nullptr && next.token >= 0 && next.token < run->tokens.size() &&
           !m_runs.rangeOf(next.run, next.token));
    if (run != nullptr && next.token >= 0 && next.token < run->tokens.size())
        open(next);
}

void ChoicePresenter::watchMouse(const QPoint& point, bool isAtOnce) {
    const auto position = m_editor.positionUnder(point);
    const std::optional<Place> place = position ? m_runs.tokenAt(*position) : std::nullopt;
    if (place && m_place == place && m_list->isVisible()) {
        m_leave.stop();
        return;
    }
    const bool isNew = place != m_hovered;
    m_hovered = place;
    m_hoveredRange = place ? m_runs.rangeOf(place->run, place->token) : std::nullopt;
    if (m_opening == Opening::ByKey)
        return;
    if (!place) {
        m_rest.stop();
        if (m_list->isVisible() && !m_leave.isActive())
            m_leave.start();
    } else if (isAtOnce) {
        ask(*place, Opening::ByMouse);
    } else if (m_opensUnderMouse && isNew) {
        m_rest.start();
        if (m_list->isVisible() && !m_leave.isActive())
            m_leave.start();
    }
}

bool ChoicePresenter::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_list) {
        if (event->type() == QEvent::Enter) {
            m_leave.stop();
            m_rest.stop();
        } else if (event->type() == QEvent::Leave && m_opening == Opening::ByMouse) {
            m_leave.start();
        }
        return false;
    }
    switch (event->type()) {
    case QEvent::MouseMove:
        if (const auto* const mouse = static_cast<QMouseEvent*>(event);
            watched == m_editor.viewport() && mouse->buttons() == Qt::NoButton)
            watchMouse(mouse->position().toPoint(), mouse->modifiers() == Qt::ControlModifier);
        break;
    case QEvent::Leave:
        m_rest.stop();
        m_hovered.reset();
        if (watched == m_editor.viewport() && m_list->isVisible() && m_opening == Opening::ByMouse)
            m_leave.start();
        break;
    case QEvent::KeyPress:
        if (watched != &m_editor)
            break;
        if (static_cast<QKeyEvent*>(event)->key() == Qt::Key_Control) {
            if (m_hovered && m_opening != Opening::ByKey)
                ask(*m_hovered, Opening::ByMouse);
        } else {
            close();
        }
        break;
    case QEvent::MouseButtonPress:
    case QEvent::Resize: close(); break;
    default: break;
    }
    return false;
}

} // namespace ui
