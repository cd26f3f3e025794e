#include "ui/goals/goals_dialog.h"

#include "app/preferences/preferences.h"
#include "app/statistics/writing_log.h"
#include "ui/goals/goal_words.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QSpinBox>
#include <QTableWidget>

namespace ui {

namespace {

constexpr QSize kSize(560, 480);
constexpr int kMostWords = 100'000;
constexpr int kStep = 50;

} // namespace

GoalsDialog::GoalsDialog(app::Preferences& preferences, const app::WritingLog& log, QWidget* parent)
    : QDialog(parent)
    , m_preferences(preferences)
    , m_log(log) {
    setObjectName(QStringLiteral("goalsDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Goals and log"));
    auto* const layout = new QVBoxLayout(this);
    layout->setSpacing(10);
    layout->addWidget(buildGoal());
    m_today = new QLabel;
    m_today->setObjectName(QStringLiteral("goalsToday"));
    m_today->setWordWrap(true);
    layout->addWidget(m_today);
    buildTable();
    layout->addWidget(m_days, 1);
    auto* const about = new QLabel(tr(
        "A word is yours when you typed its first letter. Words that you delete again or undo are taken off, "
        "but never below nothing for a day. More than %n word(s) at once, pasted or cut, are no typing and "
        "change nothing, so you can move passages about. The log is kept in the project.",
        nullptr, app::WritingLog::kLargePiece));
    about->setWordWrap(true);
    about->setProperty("quiet", true);
    layout->addWidget(about);
    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    layout->addWidget(buttons);
    resize(kSize);
    connect(&log, &app::WritingLog::changed, this, &GoalsDialog::fill);
    fill();
}

QWidget* GoalsDialog::buildGoal() {
    const app::WritingGoal goal = m_preferences.goal();
    auto* const row = new QWidget;
    auto* const layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* const label = new QLabel(tr("&Goal:"));
    m_words = new QSpinBox;
    m_words->setObjectName(QStringLiteral("goalWords"));
    m_words->setAccessibleName(tr("Words of the goal"));
    m_words->setRange(0, kMostWords);
    m_words->setSingleStep(kStep);
    m_words->setSpecialValueText(tr("none"));
    m_words->setSuffix(tr(" words"));
    m_words->setGroupSeparatorShown(true);
    m_words->setValue(goal.words);
    m_words->setMinimumWidth(m_words->fontMetrics().horizontalAdvance(QStringLiteral("100,000 words")) + 50);
    label->setBuddy(m_words);
    m_span = new QComboBox;
    m_span->setObjectName(QStringLiteral("goalSpan"));
    m_span->setAccessibleName(tr("Time of the goal"));
    m_span->addItems({tr("a day"), tr("a session")});
    m_span->setToolTip(tr("A session lasts from opening the story to closing it"));
    m_span->setCurrentIndex(goal.isPerSession ? 1 : 0);
    layout->addWidget(label);
    layout->addWidget(m_words);
    layout->addWidget(m_span);
    layout->addStretch(1);
    const auto store = [this] { m_preferences.setGoal({m_words->value(), m_span->currentIndex() == 1}); };
    connect(m_words, &QSpinBox::valueChanged, this, store);
    connect(m_span, &QComboBox::currentIndexChanged, this, store);
    return row;
}

void GoalsDialog::buildTable() {
    m_days = new QTableWidget(0, 4);
    m_days->setObjectName(QStringLiteral("goalsDays"));
    m_days->setAccessibleName(tr("Words by day"));
    m_days->setHorizontalHeaderLabels({tr("Day"), tr("Your words"), tr("The model’s"), tr("Time")});
    m_days->verticalHeader()->hide();
    m_days->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_days->horizontalHeader()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    m_days->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_days->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_days->setTabKeyNavigation(false);
    m_days->setShowGrid(false);
}

void GoalsDialog::fill() {
    m_today->setText(dayInWords(m_log.today(), m_log.session()));
    QList<app::WritingDay> days = m_log.days();
    days.removeIf([](const app::WritingDay& day) { return day.isEmpty(); });
    m_days->setRowCount(static_cast<int>(days.size()));
    for (int row = 0; row < m_days->rowCount(); ++row) {
        const app::WritingDay& day = days[days.size() - 1 - row]; // the newest first
        const QLocale locale;
        const QStringList cells{locale.toString(day.day, QLocale::LongFormat), locale.toString(day.typed),
                                locale.toString(day.model), durationInWords(day.seconds)};
        for (int column = 0; column < cells.size(); ++column) {
            auto* const cell = new QTableWidgetItem(cells[column]);
            if (column > 0)
                cell->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            cell->setToolTip(tr("Pasted: %1, cut: %2").arg(day.pasted).arg(day.cut));
            m_days->setItem(row, column, cell);
        }
    }
}

} // namespace ui
