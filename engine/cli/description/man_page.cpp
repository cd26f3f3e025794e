#include "engine/cli/description/man_page.h"

#include <algorithm>
#include <string_view>

namespace engine {

namespace {

// A text as troff shows it. A hyphen would become a typographic one, which nobody can copy into a shell; a
// point or an apostrophe at the beginning of a line would be a request.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else
            out += c == '\n' ? ' ' : c;
    }
    if (out.starts_with('.') || out.starts_with('\''))
        out.insert(0, "\\&");
    return out;
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
    std::string out;
    for (const std::string& word : words)
        out += (out.empty() ? "" : std::string(between)) + word;
    return out;
}

std::string sentence(std::string text) {
    if (!text.empty() && !text.ends_with('.'))
        text += '.';
    return text;
}

std::string entry(const OptionDescription& option) {
    std::vector<std::string> names;
    for (const std::string& name : option.names)
        names.push_back("\\fB" + escaped(name) + "\\fR");
    std::string out = ".TP\n" + joined(names, ", ");
    if (!option.value.empty() && option.names.front().starts_with('-'))
        out += " \\fI" + escaped(option.value) + "\\fR";
    std::string text = sentence(option.text);
    if (!option.choices.empty())
        text += " One of: " + joined(option.choices, ", ") + ".";
    if (!option.defaultValue.empty())
        text += " Default: " + option.defaultValue + ".";
    if (option.isRequired)
        text += " Required.";
    return out + "\n" + escaped(text) + "\n";
}

std::string usage(const CommandDescription& command) {
    std::string out = "\\fBinkgate\\-cli " + escaped(command.name) + "\\fR [\\fIOPTIONS\\fR]";
    for (const OptionDescription& argument : command.arguments) {
        const std::string name = "\\fI" + escaped(argument.names.front()) + "\\fR";
        out += argument.isRequired ? " " + name : " [" + name + "]";
    }
    return out;
}

} // namespace

std::string manSections(const std::vector<CommandDescription>& commands) {
    const auto shared = optionsOfEveryCommand(commands);
    const auto isShared = [&](const OptionDescription& option) {
        return std::ranges::find(shared, option) != shared.end();
    };
    std::string out = ".SH OPTIONS\n";
    for (const OptionDescription& option : commands.front().options)
        out += entry(option);
    out += ".SS \"Options of every command\"\n";
    for (const OptionDescription& option : shared)
        out += entry(option);
    out += ".SH COMMANDS\n";
    for (auto command = commands.begin() + 1; command != commands.end(); ++command) {
        out += ".SS " + escaped(command->name) + "\n" + usage(*command) + "\n.PP\n" +
               escaped(sentence(command->text)) + "\n";
        for (const OptionDescription& argument : command->arguments)
            out += entry(argument);
        for (const OptionDescription& option : command->options)
            if (!isShared(option))
                out += entry(option);
    }
    return out;
}

} // namespace engine
