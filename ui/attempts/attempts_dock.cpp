#include "ui/attempts/attempts_dock.h"

#include "app/runs/run_history.h"
#include "app/writing/story_writer.h"

#include <QBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QLocale>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QStackedWidget>
#include <QStyledItemDelegate>
#include <QTreeWidget>

#include <QSet>

#include <utility>

namespace ui {

namespace {

constexpr int kRunRole = Qt::UserRole;
constexpr int kNameRole = Qt::UserRole + 1;
constexpr int kRefillMs = 250; // while the model writes
constexpr qsizetype kFirstWords = 60;
constexpr int kDeepest = 24; // of a damaged file; behind it, attempts stand beside what they hang from

QString firstWords(const app::RunRecord& record) { return record.text.simplified().left(kFirstWords); }

QString titleOf(const app::RunRecord& record) {
    const QString words = firstWords(record);
    return record.name.isEmpty() ? (words.isEmpty() ? AttemptsDock::tr("(nothing yet)") : words)
                                 : record.name;
}

// An attempt's name is edited, not what else its lines say.
class NameDelegate final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void setEditorData(QWidget* editor, const QModelIndex& index) const override {
        if (auto* const line = qobject_cast<QLineEdit*>(editor))
            line->setText(index.data(kNameRole).toString());
    }
    void setModelData(QWidget* editor, QAbstractItemModel* model, const QModelIndex& index) const override {
        if (const auto* const line = qobject_cast<QLineEdit*>(editor))
            model->setData(index, line->text().simplified(), kNameRole);
    }
};

} // namespace

AttemptsDock::AttemptsDock(app::StoryWriter& writer, app::RunHistory& runs, QWidget* parent)
    : QDockWidget(tr("Attempts"), parent)
    , m_writer(writer)
    , m_runs(runs)
    , m_pages(new QStackedWidget) {
    setObjectName(QStringLiteral("attemptsDock"));
    setAllowedAreas(Qt::LeftDockWidgetArea | Qt::RightDockWidgetArea);
    m_pages->addWidget(buildTreePage());
    m_pages->addWidget(buildCardsPage());
    auto* content = new QWidget;
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_pages, 1);
    layout->addWidget(buildFooter());
    content->setMinimumWidth(240);
    setWidget(content);

    m_refill.setSingleShot(true);
    m_refill.setInterval(kRefillMs);
    connect(&m_refill, &QTimer::timeout, this, &AttemptsDock::fillTree);
    const auto refill = [this] {
        if (!m_refill.isActive())
            m_refill.start();
    };
    connect(&runs, &app::RunHistory::runAdded, this, refill);
    connect(&runs, &app::RunHistory::runFinished, this, refill);
    // Not from within the widget that is being edited.
    connect(&runs, &app::RunHistory::attemptChanged, this, &AttemptsDock::fillTree, Qt::QueuedConnection);
    connect(&runs, &app::RunHistory::wasReset, this, [this] {
        m_deleted.clear();
        showTree();
        fillTree();
    });
    app::Alternatives* const alternatives = &writer.alternatives();
    connect(alternatives, &app::Alternatives::started, this, &AttemptsDock::fillCards);
    connect(alternatives, &app::Alternatives::grew, this,
            [this](qsizetype card) { showCard(static_cast<int>(card)); });
    fillTree();
}

QWidget* AttemptsDock::buildTreePage() {
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    m_empty = new QLabel(tr("What the model writes is kept here: every attempt at a place, and what was "
                            "written after it. Press Ctrl+Enter to begin."));
    m_empty->setWordWrap(true);
    m_empty->setProperty("quiet", true);
    m_empty->setContentsMargins(14, 12, 14, 12);
    m_tree = new QTreeWidget;
    m_tree->setObjectName(QStringLiteral("attemptsTree"));
    m_tree->setAccessibleName(tr("Attempts"));
    m_tree->setHeaderHidden(true);
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setIndentation(14);
    m_tree->setEditTriggers(QAbstractItemView::EditKeyPressed);
    m_tree->setExpandsOnDoubleClick(false);
    m_tree->setTextElideMode(Qt::ElideRight);
    m_tree->setItemDelegate(new NameDelegate(m_tree));
    m_tree->installEventFilter(this);
    layout->addWidget(m_empty);
    layout->addWidget(m_tree, 1);
    connect(m_tree, &QTreeWidget::itemDoubleClicked, this,
            [this](QTreeWidgetItem* item) { emit attemptWanted(item->data(0, kRunRole).toLongLong()); });
    connect(m_tree, &QTreeWidget::itemChanged, this, [this](QTreeWidgetItem* item) {
        m_runs.setName(item->data(0, kRunRole).toLongLong(), item->data(0, kNameRole).toString());
    });
    return page;
}

QWidget* AttemptsDock::buildCardsPage() {
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(8, 6, 8, 0);
    auto* hint = new QLabel(tr("Enter, a click or its number puts one into the story; the others stay among "
                               "the attempts."));
    hint->setWordWrap(true);
    hint->setProperty("quiet", true);
    m_cards = new QListWidget;
    m_cards->setObjectName(QStringLiteral("alternativeCards"));
    m_cards->setAccessibleName(tr("Alternatives"));
    m_cards->setFrameShape(QFrame::NoFrame);
    m_cards->setWordWrap(true);
    m_cards->setSpacing(4);
    m_cards->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_cards->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_cards->setResizeMode(QListView::Adjust);
    m_cards->installEventFilter(this);
    auto* back = new QPushButton(tr("All &attempts"));
    back->setFlat(true);
    connect(back, &QPushButton::clicked, this, &AttemptsDock::showTree);
    connect(m_cards, &QListWidget::itemClicked, this,
            [this](QListWidgetItem* item) { emit cardWanted(m_cards->row(item)); });
    layout->addWidget(hint);
    layout->addWidget(m_cards, 1);
    layout->addWidget(back);
    return page;
}

QWidget* AttemptsDock::buildFooter() {
    auto* footer = new QWidget;
    auto* layout = new QHBoxLayout(footer);
    layout->setContentsMargins(8, 2, 8, 8);
    auto* write = new QPushButton(tr("&Write alternatives"));
    m_count = new QSpinBox;
    m_count->setObjectName(QStringLiteral("alternativesCount"));
    m_count->setRange(app::Alternatives::kFewest, app::Alternatives::kMost);
    m_count->setAccessibleName(tr("Number of alternatives"));
    connect(write, &QPushButton::clicked, this, &AttemptsDock::alternativesWanted);
    connect(m_count, &QSpinBox::valueChanged, this, &AttemptsDock::alternativesChanged);
    layout->addWidget(write, 1);
    layout->addWidget(m_count);
    return footer;
}

int AttemptsDock::alternatives() const { return m_count->value(); }

void AttemptsDock::setAlternatives(int count) { m_count->setValue(count); }

void AttemptsDock::showTree() { m_pages->setCurrentIndex(0); }

void AttemptsDock::showCards() {
    m_pages->setCurrentIndex(1);
    m_cards->setFocus();
}

bool AttemptsDock::isShowingCards() const { return m_pages->currentIndex() == 1; }

app::RunId AttemptsDock::selected() const {
    const QTreeWidgetItem* const item = m_tree->currentItem();
    return item != nullptr ? item->data(0, kRunRole).toLongLong() : 0;
}

void AttemptsDock::fillItem(QTreeWidgetItem& item, const app::RunRecord& record) const {
    QStringList about{QLocale().toString(record.startedAt.toLocalTime(), QLocale::ShortFormat)};
    if (!record.model.name.isEmpty())
        about.append(record.model.gate.isEmpty() || record.model.gate == QLatin1String("none")
                         ? tr("%1, base").arg(record.model.name)
                         : tr("%1, %2").arg(record.model.name, record.model.gate));
    about.append(record.isChangedVersion()
                     ? tr("changed by you")
                     : tr("%n token(s)", nullptr, static_cast<int>(record.tokens.size())));
    const QString line = about.join(QStringLiteral("  ·  "));
    item.setText(0, titleOf(record) + u'\n' + line);
    item.setToolTip(0, record.text.left(600));
    item.setData(0, kRunRole, record.id);
    item.setData(0, kNameRole, record.name);
    item.setFlags(item.flags() | Qt::ItemIsEditable);
}

// Parents are older than what hangs from them, so that one walk finds every parent made.
void AttemptsDock::fillTree() {
    if (m_tree->findChild<QLineEdit*>() != nullptr) {
        m_refill.start();
        return;
    }
    m_refill.stop();
    const app::RunId chosen = selected();
    const QSignalBlocker quiet(m_tree);
    m_tree->clear();
    m_items.clear();
    QHash<app::RunId, int> depths;
    QSet<app::RunId> hidden;
    for (const app::RunId id : m_runs.runs()) {
        const app::RunRecord& record = *m_runs.run(id);
        const app::RunId parent = record.parent < id ? record.parent : 0;
        if (record.isDeleted || (parent != 0 && hidden.contains(parent))) {
            hidden.insert(id);
            continue;
        }
        if (record.text.isEmpty() && record.isFinished)
            continue;
        auto* item = new QTreeWidgetItem;
        fillItem(*item, record);
        QTreeWidgetItem* above = m_items.value(parent);
        // A lone way on is no level of its own: a story that went on for fifty times would leave the panel.
        if (above != nullptr && (m_runs.attempts(id).size() == 1 || depths.value(parent) >= kDeepest))
            above = above->parent();
        if (above != nullptr)
            above->addChild(item);
        else
            m_tree->addTopLevelItem(item);
        depths[id] = above != nullptr ? depths.value(above->data(0, kRunRole).toLongLong()) + 1 : 0;
        m_items.insert(id, item);
    }
    m_tree->expandAll();
    m_empty->setVisible(m_items.isEmpty());
    if (QTreeWidgetItem* const item = m_items.value(chosen))
        m_tree->setCurrentItem(item);
    markCurrent();
}

void AttemptsDock::setCurrentAttempt(app::RunId run) {
    if (std::exchange(m_current, run) != run)
        markCurrent();
}

void AttemptsDock::markCurrent() {
    const QSignalBlocker quiet(m_tree);
    for (auto item = m_items.cbegin(); item != m_items.cend(); ++item) {
        QFont font = m_tree->font();
        font.setBold(item.key() == m_current);
        (*item)->setFont(0, font);
        (*item)->setData(0, Qt::AccessibleTextRole,
                         item.key() == m_current ? tr("%1, at the cursor").arg((*item)->text(0))
                                                 : (*item)->text(0));
    }
    if (QTreeWidgetItem* const item = m_items.value(m_current); item != nullptr && !m_tree->hasFocus())
        m_tree->setCurrentItem(item);
}

// --- cards -------------------------------------------------

void AttemptsDock::fillCards() {
    m_cards->clear();
    for (int card = 0; card < m_writer.alternatives().cards().size(); ++card) {
        m_cards->addItem(QString());
        showCard(card);
    }
    m_cards->setCurrentRow(0);
    showCards();
}

void AttemptsDock::showCard(int card) {
    if (QListWidgetItem* const item = m_cards->item(card))
        item->setText(tr("%1   %2").arg(card + 1).arg(m_writer.alternatives().cards()[card].text.trimmed()));
}

// --- keys -------------------------------------------------

void AttemptsDock::deleteSelected() {
    const app::RunId run = selected();
    if (run == 0)
        return;
    const QString words = titleOf(*m_runs.run(run));
    m_deleted.append(run);
    m_runs.setDeleted(run, true);
    emit deleted(run, words);
}

bool AttemptsDock::undoDeletion() {
    if (m_deleted.isEmpty())
        return false;
    const app::RunId run = m_deleted.takeLast();
    m_runs.setDeleted(run, false);
    fillTree();
    if (QTreeWidgetItem* const item = m_items.value(run))
        m_tree->setCurrentItem(item);
    return true;
}

bool AttemptsDock::treeKey(int key, Qt::KeyboardModifiers modifiers) {
    if (key == Qt::Key_Z && modifiers == Qt::ControlModifier)
        return undoDeletion();
    if ((key == Qt::Key_Return || key == Qt::Key_Enter) && modifiers == Qt::NoModifier && selected() != 0) {
        emit attemptWanted(selected());
        return true;
    }
    if (key == Qt::Key_Delete && modifiers == Qt::NoModifier) {
        deleteSelected();
        return true;
    }
    return false;
}

bool AttemptsDock::eventFilter(QObject* watched, QEvent* event) {
    const auto* const key = dynamic_cast<QKeyEvent*>(event);
    if (key == nullptr || event->type() == QEvent::KeyRelease)
        return QDockWidget::eventFilter(watched, event);
    if (event->type() == QEvent::ShortcutOverride) {
        // The story's undo waits while there is a deletion to take back here.
        if (watched == m_tree && key->key() == Qt::Key_Z && key->modifiers() == Qt::ControlModifier &&
            !m_deleted.isEmpty())
            event->accept();
        return QDockWidget::eventFilter(watched, event);
    }
    if (watched == m_tree && treeKey(key->key(), key->modifiers()))
        return true;
    if (watched == m_cards && key->modifiers() == Qt::NoModifier) {
        const int number = key->key() - Qt::Key_1;
        const bool isEnter = key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter;
        const int card = isEnter ? m_cards->currentRow() : number;
        if (card >= 0 && card < m_cards->count() && (isEnter || number >= 0)) {
            emit cardWanted(card);
            return true;
        }
    }
    return QDockWidget::eventFilter(watched, event);
}

} // namespace ui
