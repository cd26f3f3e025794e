// command_description.h: the commands of inkgate-cli with their options, read off the parser itself, so that
// what is made of them (the manual page, the completion of shells) cannot differ from what the program takes.
// Threads: main() only.
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace engine {

struct OptionDescription {
    std::vector<std::string> names;   // "--model", "-h"; of an argument without a dash its one name, "FILE"
    std::string value;                // what kind of value: "TEXT", "INT"; empty: a flag
    std::vector<std::string> choices; // the only values; empty: any
    std::string defaultValue;         // empty: none
    std::string text;                 // one or two sentences, without a full stop
    bool isRequired = false;
    bool isRepeated = false; // may be given several times

    [[nodiscard]] bool operator==(const OptionDescription&) const = default;
    [[nodiscard]] bool takesNumber() const;
};

struct CommandDescription {
    std::string name; // empty: the program itself; "models get" is a part of "models"
    std::string text;
    std::vector<OptionDescription> arguments; // without a dash, in their order
    std::vector<OptionDescription> options;
    std::vector<std::string> parts; // what may stand behind its name: "get"
};

// The program itself, then its commands in the order of the help, each with its parts behind it. Hidden ones
// are left out.
[[nodiscard]] std::vector<CommandDescription> describeCommands(const CLI::App& app);

// The same without parts: a command that has some has their options, too. A shell offers what may stand in a
// line, in which the part may come after the option.
[[nodiscard]] std::vector<CommandDescription> withoutParts(const std::vector<CommandDescription>& commands);

// Options that every command has in the same form.
[[nodiscard]] std::vector<OptionDescription>
optionsOfEveryCommand(const std::vector<CommandDescription>& commands);

} // namespace engine
