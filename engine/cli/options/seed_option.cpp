#include "engine/cli/options/seed_option.h"

#include <charconv>
#include <iostream>
#include <random>
#include <string_view>
#include <system_error>

namespace engine {

namespace {

std::uint64_t randomSeed() {
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
}

bool readSeed(std::string_view text, std::uint64_t& seed) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
    const bool looksOctal = text.size() > 1 && text.front() == '0';
    return error == std::errc() && end == text.data() + text.size() && !looksOctal;
}

} // namespace

void addSeedOption(CLI::App& command, Seed& seed, const std::string& description) {
    command
        .add_option_function<std::string>(
            "--seed",
            [&seed](const std::string& text) {
                seed.isRandom = text == "-1";
                if (seed.isRandom)
                    seed.value = randomSeed();
                else if (!readSeed(text, seed.value))
                    throw CLI::ValidationError("--seed",
                                               "expected a whole number from 0 to "
                                               "18446744073709551615, or -1 for a random one, found \"" +
                                                   text + "\"");
            },
            description + "; -1: a random one, which is told")
        ->type_name("SEED")
        ->default_str(std::to_string(seed.value));
}

void tellRandomSeed(const Seed& seed) {
    if (seed.isRandom)
        std::cerr << "inkgate-cli: seed " << seed.value << '\n';
}

} // namespace engine
