#include "ui/compare/compare_view.h"

#include "app/document/characters.h"
#include "app/document/document.h"
#include "app/runs/run_history.h"
#include "app/writing/story_writer.h"
#include "ui/heatmap/token_selection.h"

#include <QBoxLayout>
#include <QFrame>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QScrollBar>

#include <algorithm>

namespace ui {

namespace {

constexpr qsizetype kContext = 900; // characters of the story shown before both texts

// The end of the story before the cursor, from the beginning of a paragraph or at least of a word.
QString contextBefore(const QString& text, qsizetype cursor) {
    qsizetype start = std::max<qsizetype>(0, cursor - kContext);
    if (start > 0) {
        const qsizetype paragraph = text.indexOf(u'\n', start);
        const qsizetype word = text.indexOf(u' ', start);
        const qsizetype found = paragraph >= 0 && paragraph < cursor - kContext / 3 ? paragraph : word;
        start = found >= 0 && found < cursor ? found + 1 : app::characterStart(text, start);
    }
    return text.mid(start, cursor - start);
}

} // namespace

CompareView::CompareView(app::StoryWriter& writer, const app::Document& story, const app::RunHistory& runs,
                         TokenSelection& selection, QWidget* parent)
    : QWidget(parent)
    , m_writer(writer)
    , m_story(story)
    , m_runs(runs)
    , m_selection(selection)
    , m_state(new QLabel) {
    setObjectName(QStringLiteral("compareView"));
    m_panes = {new ComparePane(tr("Base"), QStringLiteral("basePane")),
               new ComparePane(tr("Gated"), QStringLiteral("gatedPane"))};
    m_state->setProperty("quiet", true);
    auto* close = new QPushButton(tr("&Back to the story"));
    close->setToolTip(tr("Leaves the comparison (Esc)"));
    connect(close, &QPushButton::clicked, this, &CompareView::closeRequested);
    auto* top = new QHBoxLayout;
    top->setContentsMargins(28, 8, 16, 0);
    top->addWidget(m_state, 1);
    top->addWidget(close);
    auto* columns = new QHBoxLayout;
    columns->setSpacing(1);
    columns->addWidget(m_panes[0], 1);
    auto* line = new QFrame;
    line->setFrameShape(QFrame::VLine);
    line->setObjectName(QStringLiteral("paneDivider"));
    columns->addWidget(line);
    columns->addWidget(m_panes[1], 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(top);
    layout->addLayout(columns, 1);

    for (const app::Side side : {app::Side::First, app::Side::Second}) {
        connect(&pane(side), &ComparePane::useRequested, this, [this, side] {
            if (m_writer.useSide(side)) {
                emit used(side);
            }
        });
        connect(&pane(side), &ComparePane::hovered, this, [this, side](std::optional<qsizetype> position) {
            const app::RunId run = session().side(side).run;
            const app::RunRecord* const record = m_runs.run(run);
            const int token = position && record != nullptr ? record->tokenAt(*position) : -1;
            m_selection.hover(token >= 0 ? std::optional(TokenSelection::Place{run, token}) : std::nullopt);
        });
        QScrollBar* const bar = pane(side).scrollBar();
        QScrollBar* const other =
            pane(side == app::Side::First ? app::Side::Second : app::Side::First).scrollBar();
        connect(bar, &QScrollBar::valueChanged, other, [this, other](int value) {
            if (!m_isScrolling) {
                const QScopedValueRollback scrolling(m_isScrolling, true);
                other->setValue(value);
            }
        });
        connect(bar, &QScrollBar::actionTriggered, this, [this] { m_isScrolledByHand = true; });
    }
    connect(&m_selection, &TokenSelection::changed, this, &CompareView::showTokens);
    connectSession();
}

app::CompareSession& CompareView::session() const { return m_writer.comparison(); }

void CompareView::connectSession() {
    using app::CompareSession;
    CompareSession* const comparison = &session();
    connect(comparison, &CompareSession::started, this, [this] {
        m_isScrolledByHand = false;
        const QString context = contextBefore(m_story.text(), m_cursor);
        for (ComparePane* const pane : m_panes) {
            pane->begin(context);
            pane->setSpeed(tr("reading…"));
            pane->setModel({});
        }
        m_state->setText(tr("Both write from the same words with the same seed. Esc stops them."));
    });
    connect(comparison, &CompareSession::sideDescribed, this, [this](app::Side side) {
        const app::ModelInfo& model = session().side(side).model;
        pane(side).setModel(model.gate == QLatin1String("none") || model.gate.isEmpty()
                                ? tr("%1, no gate").arg(model.name)
                                : tr("%1, gate “%2”").arg(model.name, model.gate));
    });
    connect(comparison, &CompareSession::textAppended, this, [this](app::Side side, const QString& text) {
        pane(side).append(text);
        showSpeed(side);
        showDifference();
    });
    connect(comparison, &CompareSession::firstDifferenceChanged, this, &CompareView::onDifference);
    connect(comparison, &CompareSession::finished, this, [this](const app::Outcome& outcome) {
        showSpeed(app::Side::First);
        showSpeed(app::Side::Second);
        if (outcome.kind == app::OutcomeKind::Failed) {
            m_state->setText(outcome.message);
        } else if (session().firstDifference() < 0) {
            m_state->setText(tr("Both wrote the same."));
        } else {
            m_state->setText(outcome.kind == app::OutcomeKind::Cancelled
                                 ? tr("Stopped. The first difference is marked.")
                                 : tr("Done. The first difference is marked."));
        }
    });
}

void CompareView::setColours(const Colours& colours) {
    for (const app::Side side : {app::Side::First, app::Side::Second}) {
        pane(side).setColours(colours);
    }
    onDifference(session().firstDifference());
}

void CompareView::setTypography(const Typography& typography) {
    for (ComparePane* const pane : m_panes) {
        pane->setTypography(typography);
    }
}

void CompareView::start(qsizetype cursor, const QString& gate) {
    m_cursor = cursor;
    m_writer.compareAt(cursor, gate);
}

void CompareView::showSpeed(app::Side side) {
    const app::CompareSession::SideState& state = session().side(side);
    pane(side).setSpeed(tr("%n token(s)", nullptr, state.tokens) + QStringLiteral("  ·  ") +
                        tr("%1 tokens/s").arg(QLocale().toString(qRound(state.tokensPerSecond))));
}

void CompareView::onDifference(qsizetype position) {
    for (ComparePane* const pane : m_panes) {
        pane->markDifference(position >= 0 ? std::optional(position) : std::nullopt);
    }
    showDifference();
}

// Brings the first difference level with itself on both sides, and as high as the text below it allows: the
// more both write, the more of it is seen.
void CompareView::showDifference() {
    const qsizetype position = session().firstDifference();
    if (position < 0 || m_isScrolledByHand) {
        return;
    }
    const QScopedValueRollback scrolling(m_isScrolling, true);
    const int top = std::min(m_panes[0]->scrollFor(position), m_panes[1]->scrollFor(position));
    for (ComparePane* const pane : m_panes) {
        pane->scrollBar()->setValue(top);
    }
}

void CompareView::showTokens() {
    const auto& place = m_selection.hovered() ? m_selection.hovered() : m_selection.locked();
    for (const app::Side side : {app::Side::First, app::Side::Second}) {
        std::optional<app::TextRange> range;
        const app::RunRecord* const record = m_runs.run(session().side(side).run);
        if (place && place->run == session().side(side).run && record != nullptr &&
            place->token < record->tokens.size()) {
            const app::RunToken& token = record->tokens[place->token];
            range = app::TextRange{token.start, token.end - token.start};
        }
        pane(side).markToken(range);
    }
}

} // namespace ui
