// training_log.h: the course of a training as a CSV file: a row per report.
// Source:  docs/formats/training-log.md.
// Threads: a value; one at a time.
#pragma once

#include "engine/core/error.h"
#include "engine/training/training_report.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <vector>

namespace engine {

struct TrainingLogRow {
    std::int64_t step = 0, tokens = 0;           // done
    double loss = 0;                             // mean nats per token since the row before
    std::optional<double> validationBitsPerByte; // where it was measured
    double learningRate = 0;
    double gradientNorm = 0;
    double tokensPerSecond = 0; // since the row before
    double seconds = 0;         // of training, over all its parts
};

// A line that a power cut or a full disk left in pieces is left out. Errors: FileNotFound, FileUnreadable;
// FileDamaged if it is no such log.
[[nodiscard]] Expected<std::vector<TrainingLogRow>> readTrainingLog(const std::filesystem::path& path);

class TrainingLog {
public:
    // Opens it to go on behind `step`: rows of later steps, which a training resumed from a checkpoint does
    // again, are taken out; from step 0 on it begins anew. Errors: WriteFailed; FileDamaged if there is
    // another file of that name, which is left as it is.
    [[nodiscard]] static Expected<TrainingLog> open(const std::filesystem::path& path, std::int64_t step);

    // A row, on the disk as far as the system is concerned. Errors: WriteFailed.
    [[nodiscard]] Expected<void> add(const TrainingReport& report);

private:
    TrainingLog() = default;
    [[nodiscard]] Expected<void> written();

    std::filesystem::path m_path;
    std::ofstream m_out;
    double m_secondsBefore = 0; // of the parts of the training before this one
};

} // namespace engine
