// main.cpp: inkgate-cli. Nothing that is thrown gets past this door.
#include "engine/cli/command_line.h"
#include "engine/cli/output/standard_output.h"

#include <exception>
#include <iostream>
#include <new>
#include <system_error>

int main(int argc, char** argv) {
    engine::openStandardStreams();
    try {
        return engine::runCommandLine(argc, argv);
    } catch (const std::bad_alloc&) {
        std::cerr << "inkgate-cli: not enough memory; close other programs, or choose a smaller model or "
                     "--type bf16\n";
    } catch (const std::system_error& error) {
        if (error.code() == std::errc::resource_unavailable_try_again)
            std::cerr << "inkgate-cli: the system starts no more threads for this user; see ulimit -u, or "
                         "end other "
                         "programs\n";
        else
            std::cerr << "inkgate-cli: unexpected error: " << error.what() << "; please report it\n";
    } catch (const std::exception& error) {
        std::cerr << "inkgate-cli: unexpected error: " << error.what() << "; please report it\n";
    } catch (...) {
        std::cerr << "inkgate-cli: unexpected error; please report it\n";
    }
    return 1;
}
