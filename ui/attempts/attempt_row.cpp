#include "ui/attempts/attempt_row.h"

#include "app/runs/run_history.h"
#include "ui/theme/row_frame.h"

#include <QDate>
#include <QLineEdit>
#include <QLocale>
#include <QPainter>

#include <algorithm>

namespace ui {

namespace {

constexpr int kPadding = 5;
constexpr int kMarkRadius = 4;
constexpr qsizetype kFirstWords = 80;
constexpr qsizetype kLead = 16;

QFont smallFont(const QFont& font) {
    QFont small = font;
    small.setPointSizeF(std::max(6.5, font.pointSizeF() * 0.86));
    return small;
}

void drawMark(QPainter& painter, const QRect& row, const QPalette& palette, const QModelIndex& index) {
    const QPointF centre(row.left() + AttemptRow::kMarkWidth / 2.0, row.top() + row.height() / 3.0 + 1);
    painter.setPen(QPen(palette.color(QPalette::PlaceholderText), 1));
    if (index.data(FollowsRole).toBool())
        painter.drawLine(QPointF(centre.x(), row.top()), centre - QPointF(0, kMarkRadius));
    if (index.data(ContinuesRole).toBool())
        painter.drawLine(centre + QPointF(0, kMarkRadius), QPointF(centre.x(), row.bottom() + 1));
    painter.setPen(QPen(palette.color(QPalette::Link), 1.5));
    painter.setBrush(index.data(StandsRole).toBool() ? QBrush(palette.color(QPalette::Link)) : Qt::NoBrush);
    painter.drawEllipse(centre, kMarkRadius - 0.5, kMarkRadius - 0.5);
}

} // namespace

QString leadOf(const app::RunRecord& attempt, const app::RunHistory& runs) {
    const app::RunRecord* const parent = attempt.parent < attempt.id ? runs.run(attempt.parent) : nullptr;
    if (parent == nullptr || attempt.parentEnd <= 0 || attempt.parentEnd >= parent->text.size())
        return {};
    const QString before = parent->text.first(attempt.parentEnd);
    const QString lead = before.last(std::min(before.size(), kLead)).simplified();
    // Whole words, if there are any.
    const qsizetype space = before.size() > kLead ? lead.indexOf(u' ') : -1;
    return QChar(0x2026) + lead.mid(space + 1);
}

QString titleOf(const app::RunRecord& attempt, const app::RunHistory& runs) {
    if (!attempt.name.isEmpty())
        return attempt.name;
    const QString words = attempt.text.left(4 * kFirstWords).simplified().left(kFirstWords);
    if (words.isEmpty())
        return attempt.isFinished ? AttemptRow::tr("(only blank lines)") : AttemptRow::tr("(not yet begun)");
    if (!attempt.text.front().isLetter() || !leadOf(attempt, runs).isEmpty())
        return words;
    // The rest of a word that began before it.
    const app::RunRecord* const parent = runs.run(attempt.parent);
    const QString before = parent != nullptr ? parent->text : QString();
    qsizetype start = before.size();
    while (start > 0 && before[start - 1].isLetter())
        --start;
    return start < before.size() ? before.sliced(start) + words : QChar(0x2026) + words;
}

QString aboutOf(const app::RunRecord& attempt) {
    const QDateTime when = attempt.startedAt.toLocalTime();
    QStringList about{when.date() == QDate::currentDate()
                          ? QLocale().toString(when.time(), QLocale::ShortFormat)
                          : QLocale().toString(when.date(), QLocale::ShortFormat)};
    about.append(attempt.isChangedVersion()
                     ? AttemptRow::tr("changed by you")
                     : AttemptRow::tr("%n token(s)", nullptr, static_cast<int>(attempt.tokens.size())));
    if (!attempt.model.name.isEmpty())
        about.append(attempt.model.gate.isEmpty() || attempt.model.gate == QLatin1String("none")
                         ? AttemptRow::tr("%1, base").arg(attempt.model.name)
                         : AttemptRow::tr("%1, %2").arg(attempt.model.name, attempt.model.gate));
    return about.join(QStringLiteral(" · "));
}

void AttemptRow::paint(QPainter* painter, const QStyleOptionViewItem& option,
                       const QModelIndex& index) const {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    drawRowFrame(*painter, option, option.rect.adjusted(0, 1, -3, -1));
    drawMark(*painter, option.rect, option.palette, index);

    const QRect inside = option.rect.adjusted(kMarkWidth, kPadding, -kPadding - 3, -kPadding);
    QFont font = option.font;
    font.setBold(index.data(CurrentRole).toBool());
    const QFontMetrics metrics(font);
    QRect line(inside.left(), inside.top(), inside.width(), metrics.height());
    const QString lead = index.data(LeadRole).toString();
    if (!lead.isEmpty()) {
        painter->setFont(option.font);
        painter->setPen(option.palette.color(QPalette::PlaceholderText));
        painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, lead);
        line.setLeft(line.left() + QFontMetrics(option.font).horizontalAdvance(lead + u' '));
    }
    painter->setFont(font);
    painter->setPen(option.palette.color(QPalette::Text));
    painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                      metrics.elidedText(index.data(WordsRole).toString(), Qt::ElideRight, line.width()));

    const QFont small = smallFont(option.font);
    const QFontMetrics smallMetrics(small);
    painter->setFont(small);
    painter->setPen(option.palette.color(QPalette::PlaceholderText));
    painter->drawText(
        QRect(inside.left(), line.bottom() + 2, inside.width(), smallMetrics.height()),
        Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
        smallMetrics.elidedText(index.data(AboutRole).toString(), Qt::ElideRight, inside.width()));
    painter->restore();
}

QSize AttemptRow::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    Q_UNUSED(index)
    const int height = QFontMetrics(option.font).height() + QFontMetrics(smallFont(option.font)).height();
    return {120, height + 2 + 2 * kPadding};
}

QWidget* AttemptRow::createEditor(QWidget* parent, const QStyleOptionViewItem& option,
                                  const QModelIndex& index) const {
    Q_UNUSED(option)
    auto* line = new QLineEdit(parent);
    line->setAccessibleName(tr("Name of the attempt"));
    line->setPlaceholderText(index.data(WordsRole).toString());
    return line;
}

void AttemptRow::setEditorData(QWidget* editor, const QModelIndex& index) const {
    if (auto* const line = qobject_cast<QLineEdit*>(editor))
        line->setText(index.data(NameRole).toString());
}

void AttemptRow::setModelData(QWidget* editor, QAbstractItemModel* model, const QModelIndex& index) const {
    if (const auto* const line = qobject_cast<QLineEdit*>(editor))
        model->setData(index, line->text().simplified(), NameRole);
}

void AttemptRow::updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                                      const QModelIndex& index) const {
    Q_UNUSED(index)
    editor->setGeometry(option.rect.adjusted(kMarkWidth - 4, 3, -6, -option.rect.height() / 3));
}

} // namespace ui
