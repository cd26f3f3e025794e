#include "engine/cli/output/json_output.h"

#include <iostream>

namespace engine {

void printJson(const Json& document) {
    std::cout << document.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

} // namespace engine
