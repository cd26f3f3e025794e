#include "app/library/machine.h"

#include "engine/core/thread_pool.h"
#include "engine/runtime/decode_rate.h"

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

MachineFacts measureMachine(const std::stop_token& stop) {
    MachineFacts facts;
    facts.freeBytes = freeMemory(); // before the measurement takes some
    if (facts.freeBytes >= 0 && facts.freeBytes < 2 * qint64(engine::kDecodeRateMemory))
        return facts; // measuring would take what others need
    const auto pool = std::make_shared<engine::ThreadPool>();
    facts.decode = {engine::measureDecodeRate(engine::WeightType::BFloat16, pool, stop).value_or(0),
                    engine::measureDecodeRate(engine::WeightType::Q8, pool, stop).value_or(0),
                    engine::measureDecodeRate(engine::WeightType::Q4, pool, stop).value_or(0)};
    return facts;
}

} // namespace app
