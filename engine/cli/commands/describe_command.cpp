// describe_command.cpp: `inkgate-cli describe man|bash|zsh|fish` prints what packages are made of: the manual
// page's sections of commands, and completion for shells. It is left out of the help, as it is of no use to a
// writer.
#include "engine/cli/commands/commands.h"
#include "engine/cli/description/completion.h"
#include "engine/cli/description/man_page.h"

#include <iostream>

namespace engine {

void addDescribeCommand(CLI::App& app, CommandContext& context) {
    CLI::App* command = app.add_subcommand("describe", "Print the commands for man, bash, zsh or fish");
    command->group(""); // hidden
    const auto form = std::make_shared<std::string>();
    command->add_option("FORM", *form, "What for: man, bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"man", "bash", "zsh", "fish"}));
    command->callback([&app, &context, form] {
        context.action = [&app, form]() -> Expected<void> {
            const auto commands = describeCommands(app);
            if (*form == "man")
                std::cout << manSections(commands);
            else if (*form == "bash")
                std::cout << bashCompletion(commands);
            else if (*form == "zsh")
                std::cout << zshCompletion(commands);
            else
                std::cout << fishCompletion(commands);
            return {};
        };
    });
}

} // namespace engine
