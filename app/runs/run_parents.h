// run_parents.h: where runs hang in the tree of attempts that were written before the project file said it.
// Threads: values.
#pragma once

#include "app/runs/run_record.h"

#include <QList>

namespace app {

// Fills in `parent` and `parentEnd` from what the runs read and wrote; those whose place cannot be told
// become roots. `runs`: oldest first. A millisecond per run.
void hangRunsOfBefore(QList<RunRecord>& runs);

} // namespace app
