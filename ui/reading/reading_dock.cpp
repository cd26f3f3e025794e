#include "ui/reading/reading_dock.h"

#include "app/reading/story_reading.h"
#include "app/writing/reading_preview.h"
#include "ui/reading/part_words.h"
#include "ui/reading/prompt_view.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QSplitter>
#include <QTreeWidget>

#include <algorithm>

namespace ui {

namespace {

constexpr int kLeastWidth = 280;
constexpr int kFirstLimit = 4096;
constexpr int kLimitStep = 512;
constexpr double kWordsPerToken = 0.75; // of English; a hint
enum Column { Part, Tokens };
enum Role { PartRole = Qt::UserRole, EntryRole };
enum LimitKind { All, Last };

QLabel* quietLabel() {
    auto* label = new QLabel;
    label->setWordWrap(true);
    label->setProperty("quiet", true);
    label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); // it does not widen the panel
    return label;
}

} // namespace

ReadingDock::ReadingDock(app::ReadingPreview& preview, app::StoryReading& reading, QWidget* parent)
    : QDockWidget(tr("What the model reads"), parent)
    , m_preview(preview)
    , m_reading(reading)
    , m_limitKind(new QComboBox)
    , m_limit(new QSpinBox)
    , m_limitHint(quietLabel())
    , m_summary(quietLabel())
    , m_parts(new QTreeWidget)
    , m_view(new PromptView) {
    setObjectName(QStringLiteral("readingDock"));
    setAllowedAreas(Qt::LeftDockWidgetArea | Qt::RightDockWidgetArea);
    m_summary->setObjectName(QStringLiteral("readingSummary"));
    m_parts->setObjectName(QStringLiteral("readingParts"));
    m_parts->setAccessibleName(tr("Parts of what the model reads"));
    m_parts->setRootIsDecorated(false);
    m_parts->setHeaderHidden(true);
    m_parts->setColumnCount(2);
    m_parts->setFrameShape(QFrame::NoFrame);
    m_parts->header()->setStretchLastSection(false);
    m_parts->header()->setSectionResizeMode(Part, QHeaderView::Stretch);
    m_parts->header()->setSectionResizeMode(Tokens, QHeaderView::ResizeToContents);
    m_view->setObjectName(QStringLiteral("readingText"));
    auto* edit = new QPushButton(tr("Memory, note and &lorebook…"));
    edit->setObjectName(QStringLiteral("editReading"));
    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->addWidget(m_parts);
    splitter->addWidget(m_view);
    splitter->setChildrenCollapsible(false);
    splitter->setSizes({130, 370});
    auto* content = new QWidget;
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(12, 4, 12, 8);
    layout->setSpacing(6);
    layout->addWidget(buildLimit());
    layout->addWidget(m_summary);
    layout->addWidget(splitter, 1);
    layout->addWidget(edit);
    content->setMinimumWidth(kLeastWidth);
    setWidget(content);
    connect(edit, &QPushButton::clicked, this, &ReadingDock::editWanted);
    connect(m_parts, &QTreeWidget::itemActivated, this, &ReadingDock::activate);
    connect(m_parts, &QTreeWidget::currentItemChanged, this, [this](const QTreeWidgetItem* item) {
        if (item != nullptr && item->data(Part, PartRole).isValid())
            m_view->showPart(item->data(Part, PartRole).toLongLong());
    });
    connect(&m_preview, &app::ReadingPreview::changed, this, &ReadingDock::fill);
    connect(&m_reading, &app::StoryReading::changed, this, &ReadingDock::showLimit);
    connect(&m_reading, &app::StoryReading::wasReset, this, &ReadingDock::showLimit);
    connect(this, &QDockWidget::visibilityChanged, this, [this](bool isVisible) {
        if (isVisible)
            fill();
    });
    showLimit();
}

QWidget* ReadingDock::buildLimit() {
    m_limitKind->setObjectName(QStringLiteral("readingLimitKind"));
    m_limitKind->addItems({tr("Reads all of the story"), tr("Reads the end of it")});
    m_limitKind->setAccessibleName(tr("How much of the story the model reads"));
    m_limitKind->setToolTip(
        tr("All before the cursor, or only the end. Reading less starts sooner; what lies "
           "before is then unknown to the model, unless memory or lore say it."));
    m_limit->setObjectName(QStringLiteral("readingLimit"));
    m_limit->setRange(app::ReadingSettings::kLeastLimit, app::ReadingSettings::kMostLimit);
    m_limit->setSingleStep(kLimitStep);
    m_limit->setGroupSeparatorShown(true);
    m_limit->setKeyboardTracking(false);
    m_limit->setSuffix(tr(" tokens"));
    m_limit->setValue(kFirstLimit);
    m_limit->setAccessibleName(tr("Tokens of the story that the model reads at most"));
    connect(m_limitKind, &QComboBox::activated, this, &ReadingDock::changeLimit);
    connect(m_limit, &QSpinBox::valueChanged, this, &ReadingDock::changeLimit);
    auto* widget = new QWidget;
    auto* layout = new QVBoxLayout(widget);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_limitKind);
    layout->addWidget(m_limit);
    layout->addWidget(m_limitHint);
    return widget;
}

void ReadingDock::showLimit() {
    const int limit = m_reading.settings().limit;
    const QSignalBlocker quietKind(m_limitKind);
    const QSignalBlocker quietLimit(m_limit);
    m_limitKind->setCurrentIndex(limit > 0 ? Last : All);
    if (limit > 0)
        m_limit->setValue(limit);
    m_limit->setVisible(limit > 0);
    m_limitHint->setVisible(limit > 0);
    m_limitHint->setText(tr("at most about %1 words; a dashed line on the page shows where it begins")
                             .arg(QLocale().toString(qRound(limit * kWordsPerToken / 10) * 10)));
}

void ReadingDock::changeLimit() {
    app::ReadingSettings settings = m_reading.settings();
    settings.limit = m_limitKind->currentIndex() == Last ? m_limit->value() : 0;
    m_reading.change(settings);
}

void ReadingDock::setColours(const Colours& colours) {
    m_colours = colours;
    m_view->setColours(colours);
    fill();
}

// A square in the colour of the ground that a part has in the text below.
QIcon ReadingDock::mark(bool isStory) const {
    QPixmap pixmap(12, 12);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setPen(m_colours.border);
    painter.setBrush(isStory ? m_colours.page : m_colours.selection);
    painter.drawRect(1, 1, 9, 9);
    return QIcon(pixmap);
}

void ReadingDock::fill() {
    if (!isVisible())
        return;
    m_summary->setText(summaryOf(m_preview));
    const int row =
        m_parts->currentItem() != nullptr ? m_parts->indexOfTopLevelItem(m_parts->currentItem()) : -1;
    const QSignalBlocker quiet(m_parts); // the view stays where the writer reads
    m_parts->clear();
    if (!m_preview.inspection()) {
        m_view->setPrompt({});
        return;
    }
    const app::Prompt& prompt = m_preview.inspection()->prompt;
    for (qsizetype number = 0; number < prompt.parts.size(); ++number)
        addPart(number);
    addLeftOut();
    m_parts->setCurrentItem(m_parts->topLevelItem(std::min(row, m_parts->topLevelItemCount() - 1)));
    m_view->setPrompt(prompt);
}

void ReadingDock::addPart(qsizetype number) {
    const app::Prompt& prompt = m_preview.inspection()->prompt;
    const app::PromptPart& part = prompt.parts[number];
    const QString reason = reasonOf(part, m_reading.settings().noteDepth);
    auto* item = new QTreeWidgetItem(m_parts);
    item->setIcon(Part, mark(part.kind == app::PromptPart::Kind::Story));
    item->setText(Part, reason.isEmpty() ? titleOf(part, prompt) : titleOf(part, prompt) + u'\n' + reason);
    item->setToolTip(Part, item->text(Part));
    item->setData(Part, PartRole, number);
    if (prompt.isCounted)
        item->setText(Tokens, QLocale().toString(part.tokens));
    item->setTextAlignment(Tokens, Qt::AlignRight | Qt::AlignVCenter);
    item->setToolTip(Tokens, tr("Tokens"));
}

// What is wanted but not there, and why.
void ReadingDock::addLeftOut() {
    const auto add = [this](qsizetype entry, const QString& title, const QString& why) {
        const auto& entries = m_reading.settings().lorebook.entries;
        if (entry >= entries.size())
            return; // it was deleted a moment ago
        auto* item = new QTreeWidgetItem(m_parts);
        item->setText(Part, title.arg(entries[entry].name) + u'\n' + why);
        item->setToolTip(Part, item->text(Part));
        item->setForeground(Part, m_colours.quietInk);
        item->setData(Part, EntryRole, entry);
    };
    const app::LoreFinds& lore = m_preview.inspection()->prompt.lore;
    for (const app::LoreHit& hit : lore.heldBack)
        add(hit.entry, tr("Not read: %1"), tr("its group has no more room"));
    for (const app::LoreFault& fault : lore.faults)
        add(fault.entry, tr("Lore: %1"), fault.problem);
}

void ReadingDock::activate(const QTreeWidgetItem* item) {
    if (item->data(Part, EntryRole).isValid()) {
        emit entryWanted(item->data(Part, EntryRole).toLongLong());
        return;
    }
    const app::Prompt& prompt = m_preview.inspection()->prompt;
    const qsizetype number = item->data(Part, PartRole).toLongLong();
    const app::PromptPart& part = prompt.parts[number];
    switch (part.kind) {
    case app::PromptPart::Kind::Memory: emit memoryWanted(); break;
    case app::PromptPart::Kind::Note: emit noteWanted(); break;
    case app::PromptPart::Kind::Story: emit placeWanted(part.inStory); break;
    case app::PromptPart::Kind::Lore: emit entryWanted(part.entry); break;
    }
}

void ReadingDock::takeFocus() {
    m_parts->setFocus();
    if (m_parts->currentItem() == nullptr)
        m_parts->setCurrentItem(m_parts->topLevelItem(0));
}

} // namespace ui
