// typography.h: the face, size, measure and leading of story text, shared by the editor and the compare view.
// Threads: GUI thread only (asks the font database).
#pragma once

#include "app/preferences/preferences.h"

#include <QFont>
#include <QTextBlockFormat>

namespace ui {

struct Typography {
    QFont font;
    QTextBlockFormat paragraph; // leading
    int columnWidth = 0;        // device-independent pixels for the measure

    bool operator==(const Typography&) const = default;
};

// The writer's own family if the appearance names one, else the best text serif this machine has.
[[nodiscard]] Typography typographyFor(const app::Appearance& appearance);

} // namespace ui
