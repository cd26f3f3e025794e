// json_output.h: the JSON documents of inkgate-cli.
#pragma once

#include <nlohmann/json.hpp>

namespace engine {

// Keys appear in the order in which they were set.
using Json = nlohmann::ordered_json;

// One document and a line end on standard output. Bytes that are not UTF-8 become U+FFFD.
void printJson(const Json& document);

} // namespace engine
