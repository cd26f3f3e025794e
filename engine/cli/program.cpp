#include "engine/cli/program.h"

#include "engine/cli/output/standard_output.h"

#include <exception>
#include <iostream>
#include <new>
#include <system_error>

namespace engine {

int runProgram(int argc, char** argv, std::span<const AddCommand> more) {
    openStandardStreams();
    try {
        return runCommandLine(argc, argv, more);
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

} // namespace engine
