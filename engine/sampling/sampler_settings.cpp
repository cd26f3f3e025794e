#include "engine/sampling/sampler.h"

#include <cmath>
#include <string>

namespace engine {

namespace {

struct Range {
    const char* name;
    float value;
    float low, high;
    bool includesLow;
};

bool contains(const Range& range) {
    // Written so that NaN is outside.
    return range.value <= range.high &&
           (range.includesLow ? range.value >= range.low : range.value > range.low);
}

std::string shortForm(float value) {
    std::string text = std::to_string(value);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.'))
        text.pop_back();
    return text;
}

} // namespace

Expected<void> SamplerSettings::validate() const {
    const Range ranges[] = {
        {"temperature", temperature, 0, 100, true},
        {"top-p", topP, 0, 1, true},
        {"min-p", minP, 0, 1, true},
        {"typical", typical, 0, 1, false},
        {"presence penalty", presencePenalty, -100, 100, true},
        {"frequency penalty", frequencyPenalty, -100, 100, true},
        {"repetition penalty", repetitionPenalty, 0, 100, false},
        {"penalty decay", penaltyDecay, 0, 1, false},
        {"DRY multiplier", dryMultiplier, 0, 100, true},
        {"DRY base", dryBase, 1, 100, true},
        {"XTC threshold", xtcThreshold, 0, 1, false},
        {"XTC probability", xtcProbability, 0, 1, true},
    };
    for (const Range& range : ranges)
        if (!contains(range))
            return failure(ErrorCode::InvalidArgument,
                           std::string(range.name) + " is " + shortForm(range.value) + "; it must be " +
                               (range.includesLow ? "from " : "above ") + shortForm(range.low) +
                               (range.includesLow ? " to " : " and at most ") + shortForm(range.high));
    if (topK < 0)
        return failure(ErrorCode::InvalidArgument,
                       "top-k is " + std::to_string(topK) + "; it must be 0 (off) or more");
    if (dryAllowedLength < 1 || dryRange < 0)
        return failure(ErrorCode::InvalidArgument, "DRY allows repetitions of " +
                                                       std::to_string(dryAllowedLength) +
                                                       " tokens and looks " + std::to_string(dryRange) +
                                                       " back; they must be 1 or more and 0 (all) or more");
    for (const auto& [token, bias] : biases)
        if (token < 0 || !(bias <= 100) || (bias < -100 && !std::isinf(bias)))
            return failure(ErrorCode::InvalidArgument,
                           "the bias of token " + std::to_string(token) + " is " + std::to_string(bias) +
                               "; it must be from -100 to 100 or -inf, and ids begin at 0");
    for (const int token : bannedTokens)
        if (token < 0)
            return failure(ErrorCode::InvalidArgument,
                           "the banned token " + std::to_string(token) + " is negative; ids begin at 0");
    return {};
}

} // namespace engine
