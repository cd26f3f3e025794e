// main.cpp: inkgate-cli with what the application adds to the engine's commands.
#include "app/cli/models_command.h"
#include "engine/cli/program.h"

#include <array>

int main(int argc, char** argv) {
    constexpr std::array kMore{&app::addModelsCommand};
    return engine::runProgram(argc, argv, kMore);
}
