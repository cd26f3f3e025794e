#include "engine/cli/commands/evaluate/model_choice.h"

#include <filesystem>
#include <system_error>

namespace engine {

ModelChoice modelChoice(const std::string& entry) {
    const std::size_t plus = entry.rfind('+');
    std::error_code ignored;
    if (plus == std::string::npos || std::filesystem::exists(entry, ignored))
        return {entry, "none"};
    return {entry.substr(0, plus), entry.substr(plus + 1)};
}

} // namespace engine
