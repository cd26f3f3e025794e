// writing_day.h: what was written on a day.
// Threads: a value.
#pragma once

#include <QDate>

namespace app {

struct WritingDay {
    QDate day;       // local
    int typed = 0;   // words of the writer's own, without those that were taken back
    int model = 0;   // words of the model that came into the story, without those that went again
    int pasted = 0;  // own words that came in large pieces
    int cut = 0;     // own words that went in large pieces
    int seconds = 0; // of writing

    [[nodiscard]] bool isEmpty() const {
        return typed == 0 && model == 0 && pasted == 0 && cut == 0 && seconds == 0;
    }
    bool operator==(const WritingDay&) const = default;
};

} // namespace app
