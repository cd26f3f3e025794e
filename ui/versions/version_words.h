// version_words.h: versions and differences in words.
// Threads: GUI thread.
#pragma once

#include "app/versions/story_version.h"
#include "ui/versions/version_comparison.h"

#include <QString>

namespace ui {

// Two lines: the name or the cause; when, and how many words it has more or less than the older one.
[[nodiscard]] QString versionLabel(const app::StoryVersion& version, const app::StoryVersion* older,
                                   const QDateTime& now);
[[nodiscard]] QString differenceLabel(const VersionComparison& comparison);

} // namespace ui
