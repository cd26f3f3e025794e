// editing_place.h: where in the story the writer was.
// Threads: a value.
#pragma once

#include <QtGlobal>

namespace app {

struct EditingPlace {
    qsizetype cursor = 0;
    qsizetype top = 0; // the first unit of the first line in sight

    bool operator==(const EditingPlace&) const = default;
};

} // namespace app
