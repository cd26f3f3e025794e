// packed_summary.h: a gate summary as frames hold it.
#pragma once

#include "app/generation/gate_frames.h"
#include "engine/trace/gate_packing.h"

#include <array>

namespace test {

inline QByteArray packed(const app::GateSummary& summary) {
    std::array<std::byte, engine::kPackedSummaryBytes> bytes;
    engine::packSummary(summary, bytes);
    return QByteArray(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size()));
}

} // namespace test
