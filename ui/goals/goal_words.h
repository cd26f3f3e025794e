// goal_words.h: how far the writer is, in words for the status line.
// Threads: pure functions.
#pragma once

#include "app/preferences/preferences.h"
#include "app/statistics/writing_day.h"

#include <QString>

namespace ui {

// "320 of 500 today"; empty without a goal.
[[nodiscard]] QString goalProgress(const app::WritingGoal& goal, const app::WritingDay& today,
                                   const app::WritingDay& session);
// What was written today and by whom, in sentences.
[[nodiscard]] QString dayInWords(const app::WritingDay& today, const app::WritingDay& session);
// "1 h 5 min"
[[nodiscard]] QString durationInWords(int seconds);

} // namespace ui
