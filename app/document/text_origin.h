// text_origin.h: where a piece of text came from.
// Positions and lengths are UTF-16 code units, as in QString, everywhere in app and ui.
// Threads: values.
#pragma once

#include <QtGlobal>

namespace app {

// Names a run (one continuation by a model) within its project; counts from 1. 0 is "no run".
using RunId = qint64;

// Stored in project files: the numbers are fixed.
enum class Origin : quint8 {
    Typed = 0,     // by the writer
    Imported = 1,  // from a text file or the sample story
    Generated = 2, // by run `run`
    Edited = 3,    // by the writer, in the middle of what run `run` had generated
};

// A piece of text of one origin. Spans of a text are in order, cover all of it, are never empty, and
// neighbours that continue each other are one span.
struct Span {
    qsizetype length = 0;
    Origin origin = Origin::Typed;
    RunId run = 0; // Generated and Edited only
    // Generated only: where in the run's own text this piece begins. So a token's place in the document
    // follows from the run's record, however often the text around and inside it was edited, undone and
    // redone.
    qsizetype runOffset = 0;

    bool operator==(const Span&) const = default;
};

struct TextRange {
    qsizetype position = 0;
    qsizetype length = 0;

    [[nodiscard]] qsizetype end() const { return position + length; }
    bool operator==(const TextRange&) const = default;
};

} // namespace app
