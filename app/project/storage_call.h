// storage_call.h: a queued call of the storage thread's worker.
#pragma once

#include "app/storage/storage_worker.h"

#include <QMetaObject>

#include <utility>

namespace app {

// Calls function(storage) in the storage thread, in the order of the calls. `function` holds copies of what
// it needs.
template <class Function> void inStorage(StorageWorker& storage, Function&& function) {
    QMetaObject::invokeMethod(
        &storage, [&storage, function = std::forward<Function>(function)] { function(storage); },
        Qt::QueuedConnection);
}

} // namespace app
