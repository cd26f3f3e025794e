// colours.h: the two palettes, light and dark, by what each colour is for. Every ink reaches a contrast of at
// least 4.5 on the ground it is used on; the ghost's, rings and outlines of controls reach 3
// (tests/ui/theme_test.cpp holds them to it).
// Threads: values.
#pragma once

#include <QColor>
#include <QPalette>

#include <array>

namespace ui {

struct Colours {
    QColor window;       // around the page: menus, docks, status line
    QColor page;         // behind the story
    QColor ink;          // the writer's words, and labels
    QColor quietInk;     // what should not catch the eye: status, hints
    QColor dimmedInk;    // of the story, what is not in focus
    QColor generatedInk; // words of the model
    QColor editedInk;    // the writer's words inside the model's
    QColor ghostInk;     // a suggestion that is no text yet: readable, but fainter than any text
    QColor accent;       // caret, focus ring, links, default buttons
    QColor onAccent;     // text on `accent`
    QColor selection;
    QColor border;                   // hairlines between parts, which only order
    QColor outline;                  // around what can be filled in or ticked, and thumbs of scroll bars
    QColor button;                   // ground of buttons and of rows under the mouse
    QColor buttonHover;              // ground of buttons under the mouse
    QColor hoverMark;                // ground of the token under the mouse
    QColor lockMark;                 // ground of the token that was clicked
    QColor matchMark;                // ground of what the search found
    std::array<QColor, 3> lookMarks; // grounds of what the model looked back at: few, some, most heads
    QColor differenceMark;           // ground of the first difference of two texts
    QColor warningInk;               // what is wrong or gone: waves under words, words that were removed
    QColor problem;                  // ground of a message about something that failed
    bool isDark = false;
};

[[nodiscard]] const Colours& lightColours();
[[nodiscard]] const Colours& darkColours();

// WCAG 2 contrast ratio, 1 .. 21.
[[nodiscard]] double contrast(const QColor& a, const QColor& b);

[[nodiscard]] QPalette paletteOf(const Colours& colours);

} // namespace ui
