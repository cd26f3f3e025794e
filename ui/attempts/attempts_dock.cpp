#include "ui/attempts/attempts_dock.h"

#include "app/runs/run_history.h"
#include "app/writing/story_writer.h"
#include "ui/attempts/alternative_cards.h"
#include "ui/attempts/attempt_tree.h"
#include "ui/keys/key_hint.h"

#include <QBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QStackedWidget>

namespace ui {

namespace {

constexpr int kLeastWidth = 240;

} // namespace

AttemptsDock::AttemptsDock(app::StoryWriter& writer, const app::Document& story, app::RunHistory& runs,
                           QWidget* parent)
    : QDockWidget(tr("Attempts"), parent)
    , m_pages(new QStackedWidget)
    , m_tree(new AttemptTree(story, runs))
    , m_cards(new AlternativeCards(writer, story)) {
    setObjectName(QStringLiteral("attemptsDock"));
    setAllowedAreas(Qt::LeftDockWidgetArea | Qt::RightDockWidgetArea);
    m_pages->addWidget(buildTreePage());
    m_pages->addWidget(buildCardsPage());
    auto* content = new QWidget;
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_pages, 1);
    layout->addWidget(buildFooter());
    content->setMinimumWidth(kLeastWidth);
    setWidget(content);
    connect(&runs, &app::RunHistory::wasReset, this, &AttemptsDock::showTree);
    connect(this, &QDockWidget::visibilityChanged, m_tree, &AttemptTree::setLive);
    connect(m_cards, &AlternativeCards::started, this, &AttemptsDock::showCards);
}

QWidget* AttemptsDock::buildTreePage() {
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    m_empty = new QLabel;
    new KeyHint(*m_empty, [this] {
        m_empty->setText(tr("What the model writes is kept here: every attempt at a place, and what was "
                            "written after it. None is lost when you try again.\n\n"
                            "%1 writes the first one; %2 writes several to choose from.")
                             .arg(keysOf(*m_empty, "continueStory"), keysOf(*m_empty, "alternatives")));
    });
    m_empty->setObjectName(QStringLiteral("attemptsEmpty"));
    m_empty->setWordWrap(true);
    m_empty->setProperty("quiet", true);
    m_empty->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); // it does not widen the panel
    m_empty->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_empty->setContentsMargins(14, 10, 14, 10);
    layout->addWidget(m_empty, 1);
    layout->addWidget(m_tree, 1);
    const auto fit = [this] {
        m_empty->setVisible(m_tree->isEmpty());
        m_tree->setVisible(!m_tree->isEmpty());
    };
    connect(m_tree, &AttemptTree::filled, this, fit);
    fit();
    return page;
}

QWidget* AttemptsDock::buildCardsPage() {
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(8, 2, 8, 0);
    auto* hint = new QLabel(tr("A click, Enter or its number takes one into the story. All stay among the "
                               "attempts."));
    hint->setWordWrap(true);
    hint->setProperty("quiet", true);
    hint->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto* back = new QPushButton(tr("Show all a&ttempts"));
    back->setObjectName(QStringLiteral("allAttempts"));
    connect(back, &QPushButton::clicked, this, [this] {
        showTree();
        m_tree->setFocus();
    });
    layout->addWidget(hint);
    layout->addWidget(m_cards, 1);
    layout->addWidget(back);
    return page;
}

QWidget* AttemptsDock::buildFooter() {
    auto* footer = new QWidget;
    auto* layout = new QHBoxLayout(footer);
    layout->setContentsMargins(8, 6, 8, 8);
    auto* write = new QPushButton(tr("Write a&lternatives"));
    write->setObjectName(QStringLiteral("writeAlternatives"));
    new KeyHint(*write, [write] {
        write->setToolTip(withKeys(*write, tr("Several continuations from the cursor, of which you take one"),
                                   "alternatives"));
    });
    m_count = new QSpinBox;
    m_count->setObjectName(QStringLiteral("alternativesCount"));
    m_count->setRange(app::Alternatives::kFewest, app::Alternatives::kMost);
    m_count->setAccessibleName(tr("Number of alternatives"));
    m_count->setToolTip(tr("How many alternatives are written"));
    connect(write, &QPushButton::clicked, this, &AttemptsDock::alternativesWanted);
    connect(m_count, &QSpinBox::valueChanged, this, &AttemptsDock::alternativesChanged);
    layout->addWidget(write, 1);
    layout->addWidget(m_count);
    return footer;
}

int AttemptsDock::alternatives() const { return m_count->value(); }

void AttemptsDock::setAlternatives(int count) { m_count->setValue(count); }

void AttemptsDock::showTree() {
    m_tree->fillNow();
    m_pages->setCurrentIndex(0);
}

void AttemptsDock::showCards() {
    m_pages->setCurrentIndex(1);
    m_cards->setFocus();
}

bool AttemptsDock::isShowingCards() const { return m_pages->currentIndex() == 1; }

} // namespace ui
