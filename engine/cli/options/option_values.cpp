#include "engine/cli/options/option_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <set>
#include <string_view>
#include <system_error>

namespace engine {

namespace {

// Texts that may be empty: a story from nothing, and a text of no tokens.
constexpr std::array<std::string_view, 2> kMayBeEmpty = {"--prompt", "TEXT"};

template <class Number> std::string checkInteger(std::string_view text) {
    const bool isNegative = text.starts_with('-');
    const std::string_view digits = text.substr(isNegative ? 1 : 0);
    if (digits.empty() || !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }))
        return "expected a whole number, found \"" + std::string(text) + "\"";
    if (digits.size() > 1 && digits.front() == '0')
        return "expected a number without zeros in front, found \"" + std::string(text) + "\"";
    Number value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        return "expected a whole number from " + std::to_string(std::numeric_limits<Number>::min()) + " to " +
               std::to_string(std::numeric_limits<Number>::max()) + ", found \"" + std::string(text) + "\"";
    return {};
}

std::string checkReal(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
        return "expected a number, with a point before decimals, found \"" + std::string(text) + "\"";
    return {};
}

std::string checkValue(const std::string& type, const std::string& value) {
    if (value.empty())
        return "expected a value, found an empty text";
    if (type.starts_with("UINT"))
        return checkInteger<std::uint64_t>(value);
    if (type.starts_with("INT"))
        return checkInteger<std::int64_t>(value);
    if (type.starts_with("FLOAT"))
        return checkReal(value);
    return {};
}

// The options whose value is a list with commas between.
void addLists(CLI::App& app, std::set<std::string, std::less<>>& names) {
    for (const CLI::Option* option : app.get_options())
        if (option->get_delimiter() == ',')
            names.insert(option->get_name());
    for (CLI::App* part : app.get_subcommands([](CLI::App*) { return true; }))
        addLists(*part, names);
}

} // namespace

void checkOptionValues(CLI::App& app) {
    for (CLI::Option* option : app.get_options()) {
        if (option->get_items_expected_max() == 0 || // a flag
            std::ranges::find(kMayBeEmpty, option->get_name()) != kMayBeEmpty.end())
            continue;
        const std::string type = option->get_type_name();
        // In front of the option's own checks, whose sentences are about ranges.
        option->transform(CLI::Validator([type](std::string& value) { return checkValue(type, value); }, ""));
    }
    for (CLI::App* part : app.get_subcommands([](CLI::App*) { return true; })) // option groups are some, too
        checkOptionValues(*part);
}

void checkArguments(CLI::App& app, std::span<const char* const> arguments) {
    std::set<std::string, std::less<>> lists;
    addLists(app, lists);
    std::string_view previous;
    for (const std::string_view argument : arguments) {
        if (argument == "--") // text from here on
            return;
        const std::size_t equals = argument.starts_with("--") ? argument.find('=') : std::string_view::npos;
        const std::string option(equals == std::string_view::npos ? previous : argument.substr(0, equals));
        const std::string_view value =
            equals == std::string_view::npos ? argument : argument.substr(equals + 1);
        if (equals != std::string_view::npos && value.empty())
            throw CLI::ValidationError(option, "expected a value behind the equals sign, found none");
        if (lists.contains(option) &&
            (value.starts_with(',') || value.ends_with(',') || value.find(",,") != std::string_view::npos))
            throw CLI::ValidationError(option, "expected a value on both sides of each comma, found \"" +
                                                   std::string(value) + "\"");
        previous = argument;
    }
}

} // namespace engine
