#include "engine/training/settings_json.h"

#include "engine/model/enhancement_names.h"
#include "engine/text/text_file.h"
#include "engine/training/setting_list.h"
#include "engine/training/setting_reader.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <set>
#include <utility>

namespace engine {

namespace {

using namespace settings;

constexpr std::int64_t kLargestRecipe = 1 << 20; // bytes; a file of more is no recipe

// 0.001, not 0.0010000000474974513: the shortest that reads back as the same value.
template <class Value> Json shortest(Value value) {
    if constexpr (!std::same_as<Value, float>)
        return value;
    else {
        std::array<char, 32> text{};
        const char* const end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
        double result = 0;
        std::from_chars(text.data(), end, result);
        return result;
    }
}

// Enhancements go by their name; one without a name, as its own JSON.
std::string enhancementText(const EnhancementConfig& config) {
    auto named = enhancementNamed(describe(config));
    if (!named)
        return toJson(config);
    named->rank = config.rank;
    named->kernel = config.kernel;
    return *named == config ? describe(config) : toJson(config);
}

class Writer {
public:
    explicit Writer(Kind kind)
        : m_kind(kind) {}

    void operator()(const char* name, const Path& path) {
        if (m_kind == Kind::Record || !contains(kOfTheRun, name))
            json[name] = path.string();
    }
    void operator()(const char* name, bool isOn) { json[name] = isOn; }
    void operator()(const char* name, std::uint64_t seed) { json[name] = seed; }
    void operator()(const char* name, const EnhancementConfig& enhancement) {
        json[name] = enhancementText(enhancement);
    }
    void operator()(const char* key, const std::vector<BatchStage>& growth) {
        json[key] = Json::array();
        for (const BatchStage& stage : growth)
            json[key].push_back({{"until", stage.until}, {"sequences", stage.sequences}});
    }
    template <Number Value> void operator()(const char* name, Value value, const SettingRange&) {
        json[name] = shortest(value);
    }
    void operator()(const char* name, std::tuple<const float&, const float&> pair, const SettingRange&) {
        json[name] = {shortest(std::get<0>(pair)), shortest(std::get<1>(pair))};
    }
    template <class Value, std::size_t N>
    void operator()(const char* key, Value value, const std::array<Value, N>&) {
        json[key] = name(value);
    }

    Json json = Json::object();

private:
    Kind m_kind;
};

// Of values that did not come through a Reader.
class RangeCheck {
public:
    template <class Value> void operator()(const char*, const Value&) {}
    template <class Value, class Values> void operator()(const char*, Value, const Values&) {}
    template <Number Value> void operator()(const char* name, Value value, const SettingRange& range) {
        if (!isWithin(value, range) && problem.empty())
            problem = std::string(name) + " must be " + expected<Value>(range) + ", not " +
                      text(static_cast<double>(value));
    }

    std::string problem;
};

// The JSON of a recipe. A setting given twice would count once, unseen.
Expected<Json> parse(const std::string& path, const std::string& text) {
    std::set<std::string, std::less<>> names;
    std::string twice;
    const auto noteName = [&](int depth, Json::parse_event_t event, Json& parsed) {
        if (event == Json::parse_event_t::key && depth == 1 &&
            !names.insert(parsed.get<std::string>()).second)
            twice = parsed.get<std::string>();
        return true;
    };
    Json json;
    try { // the parser's sentence says where
        json = Json::parse(text, noteName);
    } catch (const Json::exception& problem) {
        const std::string what = problem.what();
        return failure(ErrorCode::InvalidArgument, path + ": not JSON; " + what.substr(what.find("] ") + 2));
    }
    if (!json.is_object())
        return failure(ErrorCode::InvalidArgument, path + ": a recipe is a JSON object of settings");
    if (!twice.empty())
        return failure(ErrorCode::InvalidArgument, path + ": " + twice + " is given twice");
    return json;
}

Json written(const TrainingSettings& settings, Kind kind) {
    Writer writer(kind);
    visitSettings(settings, writer);
    return std::move(writer.json);
}

} // namespace

std::string toJson(const TrainingSettings& settings) { return written(settings, Kind::Record).dump(); }

Expected<TrainingSettings> trainingSettingsFromJson(const std::string& text) {
    Json json = Json::parse(text, nullptr, false);
    if (!json.is_object())
        return failure(ErrorCode::FileDamaged, "the settings in the checkpoint are not JSON");
    if (json.contains("decay")) { // its name before there was another decay with a schedule
        json["learning_rate_decay"] = json["decay"];
        json.erase("decay");
    }
    TrainingSettings settings;
    Reader reader(json, Kind::Record);
    visitSettings(settings, reader);
    if (const std::string problem = reader.problem(); !problem.empty())
        return failure(ErrorCode::FileDamaged, "the settings in the checkpoint: " + problem);
    return settings;
}

std::string toRecipe(const TrainingSettings& settings) {
    return written(settings, Kind::Recipe).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Expected<TrainingSettings> readRecipe(const std::filesystem::path& path, const TrainingSettings& defaults) {
    const auto text = readTextFile(path, kLargestRecipe);
    if (!text)
        return failure(text.error());
    const auto json = parse(path.string(), *text);
    if (!json)
        return failure(json.error());
    TrainingSettings settings = defaults;
    if (const auto muon = json->find("muon"); muon != json->end() && muon->is_boolean())
        settings.useMuon(muon->get<bool>()); // and beta2, unless the recipe has one
    Reader reader(*json, Kind::Recipe);
    visitSettings(settings, reader);
    if (const std::string problem = reader.problem(); !problem.empty())
        return failure(ErrorCode::InvalidArgument, path.string() + ": " + problem);
    return settings;
}

Expected<void> checkRanges(const TrainingSettings& settings) {
    RangeCheck check;
    visitSettings(settings, check);
    if (!check.problem.empty())
        return failure(ErrorCode::InvalidArgument, check.problem);
    return {};
}

} // namespace engine
