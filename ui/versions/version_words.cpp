#include "ui/versions/version_words.h"

#include <QCoreApplication>
#include <QLocale>

namespace ui {

namespace {

QString tr(const char* text, int n = -1) {
    return QCoreApplication::translate("ui::VersionsDialog", text, nullptr, n);
}

QString causeLabel(app::VersionCause cause) {
    using Cause = app::VersionCause;
    switch (cause) {
    case Cause::SessionStart: return tr("Start of a session");
    case Cause::HalfHour: return tr("After half an hour");
    case Cause::BeforeReplaceAll: return tr("Before replacing everywhere");
    case Cause::BeforeRestore: return tr("Before restoring a version");
    case Cause::Named: return tr("Kept by you");
    }
    return {};
}

QString timeLabel(const QDateTime& keptAt, const QDateTime& now) {
    const QDateTime local = keptAt.toLocalTime();
    const QString time = QLocale().toString(local.time(), QLocale::ShortFormat);
    const qint64 days = local.date().daysTo(now.toLocalTime().date());
    if (days == 0)
        return tr("today, %1").arg(time);
    if (days == 1)
        return tr("yesterday, %1").arg(time);
    return tr("%1, %2").arg(QLocale().toString(local.date(), QLocale::ShortFormat), time);
}

} // namespace

QString versionLabel(const app::StoryVersion& version, const app::StoryVersion* older, const QDateTime& now) {
    QString words = tr("%n word(s)", version.words);
    if (older != nullptr && version.words > older->words)
        words += tr(", %1 more").arg(version.words - older->words);
    else if (older != nullptr && version.words < older->words)
        words += tr(", %1 less").arg(older->words - version.words);
    const QString title = version.name.isEmpty() ? causeLabel(version.cause) : version.name;
    return title + u'\n' + timeLabel(version.keptAt, now) + QStringLiteral(" · ") + words;
}

QString differenceLabel(const VersionComparison& comparison) {
    if (comparison.pieces.isEmpty())
        return {};
    return tr("Struck through: in this version, not in the text of now (%n word(s)).",
              comparison.wordsRemoved) +
           u' ' + tr("Underlined: new since then (%n word(s)).", comparison.wordsAdded);
}

} // namespace ui
