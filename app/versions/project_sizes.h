// project_sizes.h: what takes how much room in a project, in bytes.
// Threads: a value.
#pragma once

#include <QtGlobal>

namespace app {

struct ProjectSizes {
    qint64 file = 0;
    qint64 channels = 0;  // the gates of every channel
    qint64 summaries = 0; // the gates of every layer, summed up
    int runs = 0;         // that have some of both
    int budget = 0;       // megabytes for channels and summaries; 0: all is kept

    bool operator==(const ProjectSizes&) const = default;
    [[nodiscard]] qint64 gates() const { return channels + summaries; }
};

} // namespace app
