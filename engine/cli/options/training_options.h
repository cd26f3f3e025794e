// training_options.h: the settings of a training from a recipe and from options; an option given by hand
// wins.
// Threads: main() only.
#pragma once

#include "engine/cli/options/seed_option.h"
#include "engine/core/error.h"
#include "engine/training/training_settings.h"

#include <CLI/CLI.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace engine {

class TrainingOptions {
public:
    TrainingOptions();
    TrainingOptions(const TrainingOptions&) = delete;
    TrainingOptions& operator=(const TrainingOptions&) = delete;

    // Adds --recipe and an option for each setting to `command`, which has --threads already. Call it once;
    // both must outlive parsing.
    void addTo(CLI::App& command);

    // What was given, after parsing; tells a random seed. Errors: those of reading the recipe and the model
    // to go on from.
    [[nodiscard]] Expected<TrainingSettings> settings() const;

    [[nodiscard]] bool resumes() const { return m_resume; }
    // The file of --log, or empty.
    [[nodiscard]] const std::string& log() const { return m_log; }

private:
    using Apply = std::function<Expected<void>(TrainingSettings&)>;
    void addFiles(CLI::App& command);
    void addModel(CLI::App& command);
    void addSparseAttention(CLI::App& command);
    void addBatches(CLI::App& command);
    void addOptimiser(CLI::App& command);
    // An option for the setting that `field`, a member or a function, gives of a TrainingSettings.
    template <class Field>
    void add(CLI::App& command, const char* name, Field field, const char* description);
    // One whose text becomes a setting; `shown` is the default.
    CLI::Option* addText(CLI::App& command, const char* name, const char* description, std::string shown,
                         std::function<Expected<void>(TrainingSettings&, const std::string&)> apply);
    // One of several named values.
    template <class Value, std::size_t N>
    void addChoice(CLI::App& command, const char* name, Value TrainingSettings::*setting,
                   const std::array<Value, N>& values, const char* description);

    struct Given {
        const CLI::Option* option;
        Apply apply;
    };
    TrainingSettings m_settings; // defaults; after parsing also what was given
    const TrainingSettings m_defaults;
    std::vector<Given> m_given; // applied if the option was given
    Seed m_seed;
    std::string m_recipe, m_log;
    bool m_resume = false, m_goOn = false;
};

} // namespace engine
