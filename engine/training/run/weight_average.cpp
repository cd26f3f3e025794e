#include "engine/training/run/weight_average.h"

#include <nlohmann/json.hpp>

namespace engine {

using Json = nlohmann::ordered_json;

void WeightAverage::add(std::span<const float> parameters, ThreadPool& pool) {
    const auto count = static_cast<float>(++m_count);
    pool.parallelFor(m_mean.size(), 1 << 14, [&](std::size_t begin, std::size_t end) {
        float* const mean = m_mean.data();
        for (std::size_t i = begin; i < end; ++i)
            mean[i] += (parameters[i] - mean[i]) / count;
    });
}

std::string toJson(const WeightChoice& choice) {
    return Json{{"kept", choice.isMeanBetter() ? "mean" : "last"},
                {"averaged_steps", choice.averagedSteps},
                {"last", choice.lastBitsPerByte},
                {"mean", choice.meanBitsPerByte}}
        .dump();
}

Expected<WeightChoice> weightChoiceFromJson(const std::string& json) {
    const Json parsed = Json::parse(json, nullptr, false);
    const auto number = [&](const char* key) {
        return parsed.is_object() && parsed.contains(key) && parsed[key].is_number();
    };
    if (!number("averaged_steps") || !number("last") || !number("mean"))
        return failure(ErrorCode::FileDamaged, "what became of the averaged weights is not said");
    return WeightChoice{parsed["averaged_steps"].get<std::int64_t>(), parsed["last"].get<double>(),
                        parsed["mean"].get<double>()};
}

} // namespace engine
