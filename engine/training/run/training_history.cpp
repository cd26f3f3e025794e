#include "engine/training/run/training_history.h"

#include <cmath>

namespace engine {

TrainingHistory::TrainingHistory(const std::string& json)
    : m_json(nlohmann::json::parse(json, nullptr, false)) {
    const auto isList = [&](const char* key) { return m_json.contains(key) && m_json[key].is_array(); };
    if (!m_json.is_object() || !isList("train") || !isList("valid"))
        m_json = {{"train", nlohmann::json::array()}, {"valid", nlohmann::json::array()}};
}

void TrainingHistory::addLoss(std::int64_t step, double natsPerToken) {
    m_json["train"].push_back({step, std::round(natsPerToken * 1e4) / 1e4});
}

void TrainingHistory::addValidation(std::int64_t step, double bitsPerByte) {
    m_json["valid"].push_back({step, std::round(bitsPerByte * 1e5) / 1e5});
}

} // namespace engine
