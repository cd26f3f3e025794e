#include "ui/goals/goal_words.h"

#include <QCoreApplication>
#include <QLocale>

namespace ui {

namespace {

struct Goals {
    Q_DECLARE_TR_FUNCTIONS(ui::Goals)
};

QString number(int words) { return QLocale().toString(words); }

} // namespace

QString goalProgress(const app::WritingGoal& goal, const app::WritingDay& today,
                     const app::WritingDay& session) {
    if (goal.words <= 0)
        return {};
    const int typed = goal.isPerSession ? session.typed : today.typed;
    const QString count = Goals::tr("%1 of %2").arg(number(typed), number(goal.words));
    const QString progress =
        goal.isPerSession ? Goals::tr("%1 this session").arg(count) : Goals::tr("%1 today").arg(count);
    return typed >= goal.words ? Goals::tr("%1 ✓").arg(progress) : progress;
}

QString dayInWords(const app::WritingDay& today, const app::WritingDay& session) {
    return Goals::tr("Today in this story: %1 words of your own, %2 of the model, %3.\n"
                     "Since it was opened: %4 of your own, %5 of the model.")
        .arg(number(today.typed), number(today.model), durationInWords(today.seconds), number(session.typed),
             number(session.model));
}

QString durationInWords(int seconds) {
    const int minutes = (seconds + 30) / 60;
    return minutes >= 60 ? Goals::tr("%1 h %2 min").arg(minutes / 60).arg(minutes % 60)
                         : Goals::tr("%1 min").arg(minutes);
}

} // namespace ui
