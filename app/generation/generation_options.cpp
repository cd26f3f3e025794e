#include "app/generation/generation_options.h"

#include <QJsonArray>
#include <QJsonValue>

namespace app {

namespace {

constexpr auto kSampler = "sampler";
constexpr auto kRandomSeed = "randomSeed";
constexpr auto kMaxTokens = "maxTokens";
constexpr auto kStopStrings = "stopStrings";
constexpr auto kStopTokens = "stopTokens";
constexpr auto kStopAt = "stopAt";
constexpr auto kEndsWithSentence = "endsWithSentence";
constexpr auto kBannedPhrases = "bannedPhrases";
constexpr auto kBiases = "biases";
constexpr auto kText = "text";
constexpr auto kBias = "bias"; // a string: JSON has no -inf
constexpr auto kWordsPerMinute = "wordsPerMinute";
constexpr auto kStopAtDocumentEnd = "stopAtDocumentEnd";
constexpr auto kRecordChoices = "recordChoices";
constexpr auto kFirstToken = "firstToken";
constexpr auto kFirstTokenRepeatsPrompt = "firstTokenRepeatsPrompt";
constexpr auto kRecordGates = "recordGates";
constexpr auto kRecordChannels = "recordChannels";

constexpr auto kName = "name";
constexpr auto kGate = "gate";
constexpr auto kFingerprint = "fingerprint";
constexpr auto kArchitecture = "architecture";
constexpr auto kEnhancement = "enhancement";
constexpr auto kLayers = "layers";
constexpr auto kWidth = "width";
constexpr auto kVocabulary = "vocabulary";
constexpr auto kParameters = "parameters";
constexpr auto kHasGates = "hasGates";
constexpr auto kDevice = "device";
constexpr auto kGateRows = "gateRows";

QJsonValue at(const QJsonObject& json, const char* key) { return json.value(QLatin1String(key)); }

QJsonArray toJson(const QList<int>& ids) {
    QJsonArray array;
    for (const int id : ids)
        array.append(id);
    return array;
}

QJsonArray toJson(const QList<WordBias>& biases) {
    QJsonArray array;
    for (const WordBias& bias : biases)
        array.append(QJsonObject{{kText, bias.text}, {kBias, QString::number(bias.bias)}});
    return array;
}

} // namespace

QJsonObject toJson(const GenerationOptions& options) {
    return QJsonObject{
        {kSampler, toJson(options.sampler)},
        {kRandomSeed, options.randomSeed},
        {kMaxTokens, options.maxTokens},
        {kStopStrings, QJsonArray::fromStringList(options.stopStrings)},
        {kStopTokens, toJson(options.stopTokens)},
        {kStopAt, static_cast<int>(options.stopAt)},
        {kEndsWithSentence, options.endsWithSentence},
        {kBannedPhrases, QJsonArray::fromStringList(options.bannedPhrases)},
        {kBiases, toJson(options.biases)},
        {kWordsPerMinute, options.wordsPerMinute},
        {kStopAtDocumentEnd, options.stopAtDocumentEnd},
        {kRecordChoices, options.recordChoices},
        {kFirstToken, options.firstToken},
        {kFirstTokenRepeatsPrompt, options.firstTokenRepeatsPrompt},
        {kRecordGates, options.recordGates},
        {kRecordChannels, options.recordChannels},
    };
}

GenerationOptions generationOptionsFromJson(const QJsonObject& json) {
    GenerationOptions options;
    options.sampler = samplerOptionsFromJson(at(json, kSampler).toObject());
    options.randomSeed = at(json, kRandomSeed).toBool(options.randomSeed);
    options.maxTokens = at(json, kMaxTokens).toInt(options.maxTokens);
    for (const auto& stop : at(json, kStopStrings).toArray())
        options.stopStrings.append(stop.toString());
    for (const auto& id : at(json, kStopTokens).toArray())
        options.stopTokens.append(id.toInt(-1));
    options.stopTokens.removeIf([](int id) { return id < 0; });
    const int stopAt = at(json, kStopAt).toInt();
    if (stopAt >= 0 && stopAt <= static_cast<int>(StopAt::Paragraph))
        options.stopAt = static_cast<StopAt>(stopAt);
    options.endsWithSentence = at(json, kEndsWithSentence).toBool(options.endsWithSentence);
    for (const auto& phrase : at(json, kBannedPhrases).toArray())
        options.bannedPhrases.append(phrase.toString());
    for (const auto& value : at(json, kBiases).toArray()) {
        const QJsonObject bias = value.toObject();
        options.biases.append({at(bias, kText).toString(), at(bias, kBias).toString().toDouble()});
    }
    options.wordsPerMinute = at(json, kWordsPerMinute).toDouble(options.wordsPerMinute);
    options.stopAtDocumentEnd = at(json, kStopAtDocumentEnd).toBool(options.stopAtDocumentEnd);
    options.recordChoices = at(json, kRecordChoices).toBool(options.recordChoices);
    options.firstToken = at(json, kFirstToken).toInt(options.firstToken);
    options.firstTokenRepeatsPrompt =
        at(json, kFirstTokenRepeatsPrompt).toBool(options.firstTokenRepeatsPrompt);
    options.recordGates = at(json, kRecordGates).toBool(options.recordGates);
    options.recordChannels = at(json, kRecordChannels).toBool(options.recordChannels);
    return options;
}

GenerationOptions generationOptionsOfRun(const QJsonObject& json) {
    GenerationOptions options = generationOptionsFromJson(json);
    options.endsWithSentence = options.endsWithSentence && json.contains(QLatin1String(kEndsWithSentence));
    options.recordChoices = options.recordChoices && json.contains(QLatin1String(kRecordChoices));
    return options;
}

QJsonObject toJson(const ModelInfo& info) {
    QJsonObject json{
        {kName, info.name},
        {kGate, info.gate},
        {kFingerprint, info.fingerprint},
        {kArchitecture, info.architecture},
        {kEnhancement, info.enhancement},
        {kLayers, info.layers},
        {kWidth, info.width},
        {kVocabulary, info.vocabulary},
        {kParameters, static_cast<double>(info.parameters)}, // exact up to 2^53
        {kHasGates, info.hasGates},
        {kDevice, info.device},
    };
    if (!info.gateRows.isEmpty())
        json.insert(QLatin1String(kGateRows), QJsonArray::fromStringList(info.gateRows));
    return json;
}

ModelInfo modelInfoFromJson(const QJsonObject& json) {
    ModelInfo info;
    info.name = at(json, kName).toString();
    info.gate = at(json, kGate).toString();
    info.fingerprint = at(json, kFingerprint).toString();
    info.architecture = at(json, kArchitecture).toString();
    info.enhancement = at(json, kEnhancement).toString();
    info.layers = at(json, kLayers).toInt();
    info.width = at(json, kWidth).toInt();
    info.vocabulary = at(json, kVocabulary).toInt();
    info.parameters = static_cast<qint64>(at(json, kParameters).toDouble());
    info.hasGates = at(json, kHasGates).toBool();
    info.device = at(json, kDevice).toString();
    for (const auto& row : at(json, kGateRows).toArray())
        info.gateRows.append(row.toString());
    return info;
}

} // namespace app
