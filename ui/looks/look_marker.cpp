#include "ui/looks/look_marker.h"

#include "app/document/document.h"
#include "ui/editor/story_editor.h"
#include "ui/heatmap/token_selection.h"
#include "ui/looks/look_strip.h"

#include <QApplication>
#include <QLabel>
#include <QMouseEvent>
#include <QScrollBar>

#include <algorithm>

namespace ui {

namespace {

constexpr int kGap = 10; // around the caption

// Of all heads of all blocks; a head may choose several passages.
constexpr double kSome = 1.0 / 6, kMost = 1.0 / 2;

} // namespace

LookMarker::LookMarker(StoryEditor& editor, const app::Document& story, app::RunHistory& runs,
                       TokenSelection& selection, QObject* parent)
    : QObject(parent)
    , m_editor(editor)
    , m_story(story)
    , m_runs(runs)
    , m_selection(selection)
    , m_looking(runs, story)
    , m_strip(new LookStrip(editor))
    , m_caption(new QLabel(&editor)) {
    m_caption->setObjectName(QStringLiteral("lookCaption"));
    m_caption->setTextFormat(Qt::PlainText);
    m_caption->setAutoFillBackground(true);
    m_caption->setMargin(6);
    m_caption->setAttribute(Qt::WA_TransparentForMouseEvents);
    m_caption->hide();
    m_rest.setSingleShot(true);
    m_rest.setInterval(kRestMs);
    connect(&m_rest, &QTimer::timeout, this, [this] {
        m_hovered = m_under;
        update();
    });
    m_refresh.setSingleShot(true);
    connect(&m_refresh, &QTimer::timeout, this, &LookMarker::update);
    connect(&m_looking, &app::LookingBack::changed, this, [this](app::RunId run) {
        if (const auto place = wanted(); place && place->run == run)
            m_refresh.start(0);
    });
    connect(&selection, &TokenSelection::changed, this, &LookMarker::update);
    connect(&editor, &QTextEdit::cursorPositionChanged, this, [this] {
        if (m_isFollowing)
            m_refresh.start(0);
    });
    // Who writes has done with looking; what the mouse was on may stand elsewhere. Passages are not searched
    // at every key, but once the story rests.
    connect(&story, &app::Document::changed, this, [this] {
        m_isFollowing = false;
        m_rest.stop();
        m_under.reset();
        m_hovered.reset();
        clear();
        m_refresh.start(kRestMs);
    });
    connect(&runs, &app::RunHistory::wasReset, this, [this] {
        m_isFollowing = false;
        m_under.reset();
        m_hovered.reset();
        update();
    });
    editor.installEventFilter(this);
    editor.viewport()->installEventFilter(this);
}

void LookMarker::setColours(const Colours& colours) {
    m_strip->setColours(colours);
    QPalette palette = m_caption->palette();
    palette.setColor(QPalette::Window, colours.button);
    palette.setColor(QPalette::WindowText, colours.ink);
    m_caption->setPalette(palette);
}

void LookMarker::setFollowsMouse(bool isOn) {
    m_followsMouse = isOn;
    if (!isOn) {
        m_rest.stop();
        m_hovered.reset();
        update();
    }
}

// The word that the cursor is in or directly behind.
std::optional<LookMarker::Place> LookMarker::atCursor() const {
    const qsizetype cursor = m_editor.selectedRange().end();
    const auto before = m_runs.tokenAt(cursor - 1);
    return before ? before : m_runs.tokenAt(cursor);
}

bool LookMarker::toggleAtCursor() {
    if (close())
        return true;
    const auto place = atCursor();
    if (!place || !m_looking.hasLooks(place->run))
        return false;
    m_isFollowing = true;
    update();
    return true;
}

bool LookMarker::close() {
    if (!m_isFollowing)
        return false;
    m_isFollowing = false;
    update();
    return true;
}

std::optional<LookMarker::Place> LookMarker::wanted() const {
    if (m_hovered)
        return m_hovered;
    // While the mouse is on a word of the text, the heatmap points at that one, too.
    if (m_selection.hovered() && !m_under)
        return m_selection.hovered();
    if (m_selection.locked())
        return m_selection.locked();
    return m_isFollowing ? atCursor() : std::nullopt;
}

void LookMarker::clear() {
    for (const auto level :
         {StoryEditor::Mark::LookedFew, StoryEditor::Mark::LookedSome, StoryEditor::Mark::LookedMost})
        m_editor.setMarks(level, {});
    m_strip->hide();
    m_caption->hide();
}

void LookMarker::update() {
    const auto place = wanted();
    if (!place || !m_looking.hasLooks(place->run)) {
        clear();
        return;
    }
    const auto range = m_runs.rangeOf(place->run, place->token);
    const auto looks = m_looking.at(*place);
    if (!range || !looks || looks->passages.isEmpty()) {
        clear();
        if (m_isFollowing && range && m_runs.looks(place->run) != nullptr)
            say(looks ? tr("There was nothing to look back at yet.")
                      : tr("It is not known where the model looked back at this word."));
        return;
    }
    mark(*looks);
    m_strip->show(*looks, range->position, m_story.size());
    QString text = tr("Looks back at %n passage(s)", nullptr, static_cast<int>(looks->passages.size()));
    if (const qsizetype standing = looks->standing(); standing < looks->passages.size())
        text += tr("\n%1 of %2 stand in the text; the rest was memory, lore or a note, or has changed.")
                    .arg(standing)
                    .arg(looks->passages.size());
    say(text);
}

void LookMarker::mark(const app::LooksBack& looks) {
    std::array<QList<app::TextRange>, 3> levels;
    const double all = std::max(1, looks.blocks * looks.heads);
    for (const app::Passage& passage : looks.passages) {
        const double share = passage.allHeads() / all;
        levels[share >= kMost ? 2 : share >= kSome ? 1 : 0] += passage.ranges;
    }
    m_editor.setMarks(StoryEditor::Mark::LookedFew, app::joined(levels[0]));
    m_editor.setMarks(StoryEditor::Mark::LookedSome, app::joined(levels[1]));
    m_editor.setMarks(StoryEditor::Mark::LookedMost, app::joined(levels[2]));
}

void LookMarker::say(const QString& text) {
    m_caption->setText(text);
    m_caption->setAccessibleName(text);
    settleCaption();
    m_caption->show();
    m_caption->raise();
}

// In the lower right corner, beside the strip.
void LookMarker::settleCaption() {
    m_caption->setFont(QApplication::font()); // not that of the story
    m_caption->adjustSize();
    const QScrollBar& bar = *m_editor.verticalScrollBar();
    const int right =
        m_strip->isVisible() ? m_strip->x() : m_editor.width() - (bar.isVisible() ? bar.width() : 0);
    m_caption->move(right - m_caption->width() - kGap, m_editor.height() - m_caption->height() - kGap);
}

void LookMarker::watchMouse(const QPoint& point) {
    const auto position = m_editor.positionUnder(point);
    auto place = position ? m_runs.tokenAt(*position) : std::nullopt;
    if (place && !m_looking.hasLooks(place->run))
        place.reset();
    if (place == m_under)
        return;
    m_under = place;
    if (place && m_followsMouse) {
        m_rest.start();
        return;
    }
    m_rest.stop();
    if (m_hovered) {
        m_hovered.reset();
        update();
    }
}

bool LookMarker::eventFilter(QObject* watched, QEvent* event) {
    switch (event->type()) {
    case QEvent::MouseMove:
        if (const auto* const mouse = static_cast<QMouseEvent*>(event);
            watched == m_editor.viewport() && mouse->buttons() == Qt::NoButton)
            watchMouse(mouse->position().toPoint());
        break;
    case QEvent::Leave:
        m_rest.stop();
        m_under.reset();
        if (m_hovered) {
            m_hovered.reset();
            update();
        }
        break;
    case QEvent::Resize:
        if (watched == &m_editor && m_caption->isVisible())
            settleCaption();
        break;
    default: break;
    }
    return false;
}

} // namespace ui
