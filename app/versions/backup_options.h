// backup_options.h: where backup copies go and how many stay, as the writer wants it for all stories.
// Threads: a value.
#pragma once

#include <QString>

namespace app {

struct BackupOptions {
    QString folder;           // empty: beside the story
    int mostCopies = 0;       // of a story; 0: as many as their age allows (thinning.h)
    qint64 mostMegabytes = 0; // of all copies of a story; 0: as many as there are

    bool operator==(const BackupOptions&) const = default;
};

} // namespace app
