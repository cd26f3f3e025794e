// training_history.h: the losses of a run so far, as its files keep them:
// {"train": [[step, nats per token]...], "valid": [[step, bits per byte]...]}.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>

namespace engine {

class TrainingHistory {
public:
    // Empty where `json` is not such a history.
    explicit TrainingHistory(const std::string& json = {});

    void addLoss(std::int64_t step, double natsPerToken);
    void addValidation(std::int64_t step, double bitsPerByte);
    [[nodiscard]] std::string toJson() const { return m_json.dump(); }

private:
    nlohmann::json m_json;
};

} // namespace engine
