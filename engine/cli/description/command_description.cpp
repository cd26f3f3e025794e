#include "engine/cli/description/command_description.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace engine {

namespace {

// What CLI11 puts behind the type of a value: "TEXT:{auto,cpu,cuda}".
std::vector<std::string> choicesIn(std::string_view type) {
    const std::size_t open = type.find('{');
    const std::size_t close = type.find('}');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open)
        return {};
    return CLI::detail::split(std::string(type.substr(open + 1, close - open - 1)), ',');
}

OptionDescription describe(const CLI::Option& option) {
    OptionDescription described;
    if (option.get_positional()) {
        described.names = {option.get_name(true)};
    } else {
        for (const std::string& name : option.get_snames())
            described.names.push_back("-" + name);
        for (const std::string& name : option.get_lnames())
            described.names.push_back("--" + name);
    }
    described.text = option.get_description();
    described.isRequired = option.get_required();
    if (option.get_items_expected_max() == 0) // a flag
        return described;
    const std::string type = option.get_type_name();
    described.value = type.substr(0, type.find(':'));
    described.choices = choicesIn(type);
    described.defaultValue = option.get_default_str();
    described.isRepeated = option.get_items_expected_max() > 1;
    return described;
}

// Groups of options ("exactly one of these") are nameless commands inside of a command, with a --help of
// their own.
void addOptions(const CLI::App& app, CommandDescription& command) {
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_group().empty()) // hidden
            continue;
        auto& list = option->get_positional() ? command.arguments : command.options;
        OptionDescription described = describe(*option);
        if (std::ranges::find(list, described) == list.end())
            list.push_back(std::move(described));
    }
    for (const CLI::App* group :
         app.get_subcommands([](const CLI::App* part) { return part->get_name().empty(); }))
        addOptions(*group, command);
}

bool isShown(const CLI::App* command) {
    return !command->get_name().empty() && !command->get_group().empty();
}

void addCommand(const CLI::App& app, const std::string& before, std::vector<CommandDescription>& commands) {
    CommandDescription command;
    command.name = before + app.get_name();
    command.text = app.get_description();
    addOptions(app, command);
    const auto parts = app.get_subcommands(isShown);
    for (const CLI::App* part : parts)
        command.parts.push_back(part->get_name());
    commands.push_back(command);
    for (const CLI::App* part : parts)
        addCommand(*part, command.name + " ", commands);
}

} // namespace

bool OptionDescription::takesNumber() const {
    constexpr std::array<std::string_view, 4> kNumbers = {"INT", "UINT", "FLOAT", "SEED"};
    return std::ranges::find(kNumbers, value) != kNumbers.end();
}

std::vector<CommandDescription> describeCommands(const CLI::App& app) {
    std::vector<CommandDescription> commands(1);
    commands.front().text = app.get_description();
    addOptions(app, commands.front());
    for (const CLI::App* command : app.get_subcommands(isShown))
        addCommand(*command, "", commands);
    return commands;
}

std::vector<CommandDescription> withoutParts(const std::vector<CommandDescription>& commands) {
    std::vector<CommandDescription> whole;
    for (const CommandDescription& command : commands) {
        if (command.name.find(' ') == std::string::npos) {
            whole.push_back(command);
            continue;
        }
        for (const OptionDescription& option : command.options) {
            auto& options = whole.back().options;
            if (std::ranges::find(options, option.names, &OptionDescription::names) == options.end())
                options.push_back(option);
        }
    }
    return whole;
}

std::vector<OptionDescription> optionsOfEveryCommand(const std::vector<CommandDescription>& commands) {
    std::vector<OptionDescription> shared;
    if (commands.size() < 2)
        return shared;
    for (const OptionDescription& option : commands[1].options)
        if (std::all_of(commands.begin() + 1, commands.end(), [&](const CommandDescription& command) {
                return std::ranges::find(command.options, option) != command.options.end();
            }))
            shared.push_back(option);
    return shared;
}

} // namespace engine
