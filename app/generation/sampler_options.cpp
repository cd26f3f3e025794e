#include "app/generation/sampler_options.h"

#include <QJsonValue>
#include <QString>

namespace app {

namespace {

constexpr auto kTemperature = "temperature";
constexpr auto kTopK = "topK";
constexpr auto kTopP = "topP";
constexpr auto kMinP = "minP";
constexpr auto kTypical = "typical";
constexpr auto kPresencePenalty = "presencePenalty";
constexpr auto kFrequencyPenalty = "frequencyPenalty";
constexpr auto kRepetitionPenalty = "repetitionPenalty";
constexpr auto kPenaltyDecay = "penaltyDecay";
constexpr auto kDryMultiplier = "dryMultiplier";
constexpr auto kDryBase = "dryBase";
constexpr auto kDryAllowedLength = "dryAllowedLength";
constexpr auto kDryRange = "dryRange";
constexpr auto kXtcThreshold = "xtcThreshold";
constexpr auto kXtcProbability = "xtcProbability";
constexpr auto kSeed = "seed";

void read(const QJsonObject& json, const char* key, double& value) {
    value = json.value(QLatin1String(key)).toDouble(value);
}

} // namespace

QJsonObject toJson(const SamplerOptions& options) {
    return QJsonObject{
        {kTemperature, options.temperature},
        {kTopK, options.topK},
        {kTopP, options.topP},
        {kMinP, options.minP},
        {kTypical, options.typical},
        {kPresencePenalty, options.presencePenalty},
        {kFrequencyPenalty, options.frequencyPenalty},
        {kRepetitionPenalty, options.repetitionPenalty},
        {kPenaltyDecay, options.penaltyDecay},
        {kDryMultiplier, options.dryMultiplier},
        {kDryBase, options.dryBase},
        {kDryAllowedLength, options.dryAllowedLength},
        {kDryRange, options.dryRange},
        {kXtcThreshold, options.xtcThreshold},
        {kXtcProbability, options.xtcProbability},
        {kSeed, QString::number(options.seed)},
    };
}

SamplerOptions samplerOptionsFromJson(const QJsonObject& json) {
    SamplerOptions options;
    read(json, kTemperature, options.temperature);
    options.topK = json.value(QLatin1String(kTopK)).toInt(options.topK);
    read(json, kTopP, options.topP);
    read(json, kMinP, options.minP);
    read(json, kTypical, options.typical);
    read(json, kPresencePenalty, options.presencePenalty);
    read(json, kFrequencyPenalty, options.frequencyPenalty);
    read(json, kRepetitionPenalty, options.repetitionPenalty);
    read(json, kPenaltyDecay, options.penaltyDecay);
    read(json, kDryMultiplier, options.dryMultiplier);
    read(json, kDryBase, options.dryBase);
    options.dryAllowedLength = json.value(QLatin1String(kDryAllowedLength)).toInt(options.dryAllowedLength);
    options.dryRange = json.value(QLatin1String(kDryRange)).toInt(options.dryRange);
    read(json, kXtcThreshold, options.xtcThreshold);
    read(json, kXtcProbability, options.xtcProbability);
    options.seed = json.value(QLatin1String(kSeed)).toString().toULongLong();
    return options;
}

} // namespace app
