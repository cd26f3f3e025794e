// main.cpp: inkgate-cli where the application is not built: the engine's commands alone.
#include "engine/cli/program.h"

int main(int argc, char** argv) { return engine::runProgram(argc, argv); }
