// story_thumbnail.h: a small picture of a story for file managers: a page with its first words.
// Threads: the thread of the QGuiApplication, of which only fonts and pictures are used; no window.
#pragma once

#include <QImage>
#include <QString>

namespace ui {

inline constexpr int kSmallestThumbnail = 16;
inline constexpr int kLargestThumbnail = 1024;

// size x size pixels, transparent beside the page. Of `story` only the beginning is looked at. A story
// without words is an empty page with Inkgate's sign. Sizes outside the limits above are brought inside.
[[nodiscard]] QImage drawThumbnail(const QString& story, int size);

} // namespace ui
