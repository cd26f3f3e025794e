#include "app/library/machine.h"

#include "engine/backend/measured_limits.h"
#include "engine/core/thread_pool.h"

#include <QFile>

namespace app {

qint64 freeMemory() {
    QFile file(QStringLiteral("/proc/meminfo"));
    if (!file.open(QIODevice::ReadOnly))
        return -1;
    for (const QByteArray& line : file.readAll().split('\n'))
        if (line.startsWith("MemAvailable:"))
            return line.mid(13).simplified().split(' ').first().toLongLong() * 1024;
    return -1;
}

MachineFacts measureMachine() {
    MachineFacts facts;
    facts.freeBytes = freeMemory(); // before the measurement takes some
    if (facts.freeBytes >= 0 && facts.freeBytes < 2 * qint64(engine::kBandwidthBytes))
        return facts; // measuring would take what others need
    engine::ThreadPool pool;
    facts.gigabytesPerSecond = engine::measureBandwidth(pool).value_or(engine::Bandwidth()).usual;
    return facts;
}

} // namespace app
