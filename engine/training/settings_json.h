// settings_json.h: the settings of a training as JSON, in two places. A record stands in checkpoints and
// models and has every setting. A recipe is a file that people write: what it leaves out keeps its default,
// and it says nothing of a run's files. Both have the same names, types and ranges (setting_list.h).
// Source:  docs/formats/recipe.md.
// Threads: pure functions.
#pragma once

#include "engine/core/error.h"
#include "engine/training/training_settings.h"

#include <filesystem>
#include <string>

namespace engine {

// A record, in one line.
[[nodiscard]] std::string toJson(const TrainingSettings& settings);
// A record; what checkpoints of before did not have yet gets the value that they were trained with. Errors:
// FileDamaged.
[[nodiscard]] Expected<TrainingSettings> trainingSettingsFromJson(const std::string& json);

// A recipe with every setting that belongs in one, in lines.
[[nodiscard]] std::string toRecipe(const TrainingSettings& settings);
// `defaults` with what the recipe sets. Errors: those of readTextFile(); InvalidArgument in one sentence that
// names file and setting.
[[nodiscard]] Expected<TrainingSettings> readRecipe(const std::filesystem::path& path,
                                                    const TrainingSettings& defaults);

// Whether each setting is within its range. Errors: InvalidArgument naming the setting.
[[nodiscard]] Expected<void> checkRanges(const TrainingSettings& settings);

} // namespace engine
