// seed_option.h: --seed, whose -1 means a random one, as in other programs.
// Threads: main() only.
#pragma once

#include <CLI/CLI.hpp>

#include <cstdint>
#include <string>

namespace engine {

struct Seed {
    std::uint64_t value = 0;
    bool isRandom =
        false; // drawn while parsing, so that it is to be told: without it the result cannot be had again
};

// `seed` keeps its value unless the option is given.
void addSeedOption(CLI::App& command, Seed& seed, const std::string& description);

// Tells a random seed on standard error; for results that do not name their seed.
void tellRandomSeed(const Seed& seed);

} // namespace engine
