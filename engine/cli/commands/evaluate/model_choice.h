// model_choice.h: an entry of --models: a model, or a model with its gate as MODEL+GATE.
// Threads: reads the file system.
#pragma once

#include <string>

namespace engine {

struct ModelChoice {
    std::string model;         // as for --model
    std::string gate = "none"; // as for --gate

    [[nodiscard]] std::string label() const { return gate == "none" ? model : model + "+" + gate; }
    bool operator==(const ModelChoice&) const = default;
};

// Parts an entry at its last plus sign, unless a file or folder has the entry's whole name. Either part may
// come out empty, which the caller refuses.
[[nodiscard]] ModelChoice modelChoice(const std::string& entry);

} // namespace engine
