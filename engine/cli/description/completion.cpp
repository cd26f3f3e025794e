#include "engine/cli/description/completion.h"

#include <string_view>

namespace engine {

namespace {

std::string joined(const std::vector<std::string>& words, std::string_view between) {
    std::string out;
    for (const std::string& word : words)
        out += (out.empty() ? "" : std::string(between)) + word;
    return out;
}

std::vector<std::string> commandNames(const std::vector<CommandDescription>& commands) {
    std::vector<std::string> names;
    for (auto command = commands.begin() + 1; command != commands.end(); ++command)
        names.push_back(command->name);
    return names;
}

std::vector<std::string> optionNames(const CommandDescription& command) {
    std::vector<std::string> names;
    for (const OptionDescription& option : command.options)
        names.insert(names.end(), option.names.begin(), option.names.end());
    return names;
}

// `text` with each of `special` behind a backslash.
std::string withBackslashes(std::string_view text, std::string_view special) {
    std::string out;
    for (const char c : text) {
        if (special.find(c) != std::string_view::npos)
            out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

// In single quotes, as bash and zsh read them: nothing is special but the quote itself.
std::string singleQuoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

std::string zshOption(const OptionDescription& option, const std::string& name) {
    std::string spec = (option.isRepeated ? "*" : "") + name;
    if (!option.value.empty())
        spec += name.starts_with("--") ? "=" : "+";
    spec += "[" + withBackslashes(option.text, "[]\\") + "]";
    if (!option.value.empty()) {
        spec += ":" + option.value + ":";
        if (!option.choices.empty())
            spec += "(" + joined(option.choices, " ") + ")";
        else if (!option.takesNumber())
            spec += "_files";
    }
    return singleQuoted(spec);
}

std::string fishQuoted(std::string_view text) { return "'" + withBackslashes(text, "'\\") + "'"; }

std::string fishOption(const OptionDescription& option, const std::string& condition) {
    std::string line = "complete -c inkgate-cli -n " + condition;
    for (const std::string& name : option.names)
        line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    if (!option.choices.empty())
        line += " -x -a " + fishQuoted(joined(option.choices, " "));
    else if (option.takesNumber())
        line += " -x";
    else if (!option.value.empty())
        line += " -r -F";
    return line + " -d " + fishQuoted(option.text) + "\n";
}

} // namespace

std::string bashCompletion(const std::vector<CommandDescription>& all) {
    const std::vector<CommandDescription> commands = withoutParts(all);
    std::string options, values, parts;
    for (const CommandDescription& command : commands) {
        if (!command.parts.empty())
            parts +=
                "        " + command.name + ") offer " + singleQuoted(joined(command.parts, " ")) + " ;;\n";
        options += "        " + singleQuoted(command.name) +
                   ") options=" + singleQuoted(joined(optionNames(command), " ")) + " ;;\n";
        for (const OptionDescription& option : command.options) {
            if (option.value.empty())
                continue;
            std::vector<std::string> cases;
            for (const std::string& name : option.names)
                cases.push_back(singleQuoted(command.name + " " + name));
            values += "        " + joined(cases, "|") + ") ";
            if (!option.choices.empty())
                values += "offer " + singleQuoted(joined(option.choices, " "));
            else if (!option.takesNumber())
                values += "compopt -o default 2>/dev/null";
            values += std::string(values.ends_with(' ') ? "" : "; ") + "return ;;\n";
        }
    }
    const std::string names = joined(commandNames(commands), "|");
    return "# Completion of inkgate-cli for bash, made by `inkgate-cli describe bash`.\n"
           "_inkgate_cli() {\n"
           "    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
           "    local command='' options='' i\n"
           "    COMPREPLY=()\n"
           "    offer() { mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$word\"); }\n"
           "    # bash takes the sign of --option=value for a word.\n"
           "    if [[ $word == '=' ]]; then\n"
           "        word=''\n"
           "    elif [[ $previous == '=' ]] && ((COMP_CWORD > 1)); then\n"
           "        previous=${COMP_WORDS[COMP_CWORD - 2]}\n"
           "    fi\n"
           "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
           "        case ${COMP_WORDS[i]} in\n"
           "        " +
           names +
           ") command=${COMP_WORDS[i]} && break ;;\n"
           "        esac\n"
           "    done\n"
           "    case \"$command $previous\" in\n" +
           values +
           "    esac\n"
           "    case $command in\n" +
           options +
           "    esac\n"
           "    if [[ $word == -* ]]; then\n"
           "        offer \"$options\"\n"
           "    elif [[ -z $command ]]; then\n"
           "        offer " +
           singleQuoted(joined(commandNames(commands), " ")) +
           "\n"
           "    else\n"
           "        case $command in\n" +
           parts +
           "        *) compopt -o default 2>/dev/null ;;\n"
           "        esac\n"
           "    fi\n"
           "}\n"
           "complete -F _inkgate_cli inkgate-cli\n";
}

std::string zshCompletion(const std::vector<CommandDescription>& all) {
    const std::vector<CommandDescription> commands = withoutParts(all);
    std::string out = "#compdef inkgate-cli\n"
                      "# Completion of inkgate-cli for zsh, made by `inkgate-cli describe zsh`.\n"
                      "_inkgate-cli() {\n"
                      "    local context state state_descr line\n"
                      "    typeset -A opt_args\n"
                      "    _arguments -C";
    for (const OptionDescription& option : commands.front().options)
        for (const std::string& name : option.names)
            out += " \\\n        " + zshOption(option, name);
    out += " \\\n        '1:command:->command' '*::argument:->argument'\n"
           "    case $state in\n"
           "    command)\n"
           "        local -a commands=(\n";
    for (auto command = commands.begin() + 1; command != commands.end(); ++command)
        out += "            " + singleQuoted(command->name + ":" + command->text) + "\n";
    out += "        )\n"
           "        _describe command commands\n"
           "        ;;\n"
           "    argument)\n"
           "        case $line[1] in\n";
    for (auto command = commands.begin() + 1; command != commands.end(); ++command) {
        out += "        " + command->name + ")\n            _arguments";
        for (const OptionDescription& option : command->options)
            for (const std::string& name : option.names)
                out += " \\\n                " + zshOption(option, name);
        if (!command->parts.empty())
            out += " \\\n                '*:PART:(" + joined(command->parts, " ") + ")'";
        else if (!command->arguments.empty())
            out += " \\\n                '*:" + command->arguments.front().names.front() + ":_files'";
        out += "\n            ;;\n";
    }
    return out + "        esac\n"
                 "        ;;\n"
                 "    esac\n"
                 "}\n"
                 "_inkgate-cli \"$@\"\n";
}

std::string fishCompletion(const std::vector<CommandDescription>& all) {
    const std::vector<CommandDescription> commands = withoutParts(all);
    std::string out = "# Completion of inkgate-cli for fish, made by `inkgate-cli describe fish`.\n"
                      "complete -c inkgate-cli -f\n";
    for (const OptionDescription& option : commands.front().options)
        out += fishOption(option, "__fish_use_subcommand");
    for (auto command = commands.begin() + 1; command != commands.end(); ++command) {
        const std::string condition = fishQuoted("__fish_seen_subcommand_from " + command->name);
        out += "complete -c inkgate-cli -n __fish_use_subcommand -a " + command->name + " -d " +
               fishQuoted(command->text) + "\n";
        for (const OptionDescription& option : command->options)
            out += fishOption(option, condition);
        if (!command->parts.empty())
            out += "complete -c inkgate-cli -n " + condition + " -a " +
                   fishQuoted(joined(command->parts, " ")) + "\n";
        else if (!command->arguments.empty())
            out += "complete -c inkgate-cli -n " + condition + " -F\n";
    }
    return out;
}

} // namespace engine
