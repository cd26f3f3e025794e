// setting_reader.h: the visitor of the list of settings (setting_list.h) that reads them from JSON, and says
// in one sentence what is wrong there.
// Threads: a value.
#pragma once

#include "engine/model/enhancement_names.h"
#include "engine/training/setting_list.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace engine::settings {

using Json = nlohmann::ordered_json;
using Path = std::filesystem::path;

// settings_json.h says what these are.
enum class Kind { Record, Recipe };

inline constexpr std::array<std::string_view, 2> kOfTheRun{"output", "log"};
// Fixed: the settings that records of before lack. Their defaults are what was done then.
inline constexpr std::array<std::string_view, 23> kAddedLater{"first_step",
                                                              "log",
                                                              "architecture",
                                                              "rate_rank",
                                                              "value_rank",
                                                              "gate_rank",
                                                              "order",
                                                              "learning_rate_decay",
                                                              "muon",
                                                              "muon_learning_rate",
                                                              "batch_growth",
                                                              "muon_weight_decay",
                                                              "muon_momentum",
                                                              "muon_momentum_warmup",
                                                              "weight_decay_schedule",
                                                              "average_last",
                                                              "sparse_blocks",
                                                              "chunk",
                                                              "chunks",
                                                              "sparse_start",
                                                              "train_part",
                                                              "unmarked_weight",
                                                              "long_ce_window"};

template <std::size_t N>
[[nodiscard]] bool contains(const std::array<std::string_view, N>& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

template <class Value>
concept Number = std::is_arithmetic_v<Value> && !std::same_as<Value, bool>;

[[nodiscard]] inline std::string text(double number) {
    std::array<char, 32> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr};
}

template <Number Value> bool isWithin(Value value, const SettingRange& range) {
    const auto number = static_cast<double>(value);
    return (range.excludesLeast ? number > range.least : number >= range.least) && number <= range.largest;
}

// "an integer from 1 to 1024", "a number above 0, up to 100"
template <Number Value> std::string expected(const SettingRange& range) {
    if constexpr (std::integral<Value>)
        return "an integer from " + std::to_string(static_cast<std::int64_t>(range.least)) + " to " +
               std::to_string(static_cast<std::int64_t>(range.largest));
    else
        return "a number " + std::string(range.excludesLeast ? "above " : "from ") + text(range.least) +
               (range.excludesLeast ? ", up to " : " to ") + text(range.largest);
}

class Reader {
public:
    Reader(const Json& json, Kind kind)
        : m_json(json)
        , m_kind(kind) {}

    void operator()(const char* name, Path& path) {
        if (m_kind == Kind::Recipe && contains(kOfTheRun, name))
            return;
        if (const Json* value = find(name)) {
            if (value->is_string())
                path = value->get<std::string>();
            else
                refuse(name, "a text", *value);
        }
    }
    void operator()(const char* name, bool& isOn) {
        if (const Json* value = find(name)) {
            if (value->is_boolean())
                isOn = value->get<bool>();
            else
                refuse(name, "true or false", *value);
        }
    }
    void operator()(const char* name, std::uint64_t& seed) {
        if (const Json* value = find(name)) {
            if (value->is_number_unsigned())
                seed = value->get<std::uint64_t>();
            else
                refuse(name, "an integer from 0 to 18446744073709551615", *value);
        }
    }
    void operator()(const char* name, EnhancementConfig& enhancement) {
        const Json* value = find(name);
        if (value == nullptr)
            return;
        if (!value->is_string())
            return refuse(name, "the name of a gate", *value);
        const auto text = value->get<std::string>();
        auto read = text.starts_with('{') ? enhancementFromJson(text) : enhancementNamed(text);
        if (read)
            enhancement = *read;
        else
            refuse(name + std::string(": ") + read.error().message);
    }
    void operator()(const char* name, std::vector<BatchStage>& growth) {
        const Json* value = find(name);
        if (value == nullptr)
            return;
        growth.clear();
        bool isSound = value->is_array();
        for (std::size_t i = 0; isSound && i < value->size(); ++i) {
            const Json& stage = (*value)[i];
            isSound = stage.is_object() && stage.size() == 2 && stage.contains("until") &&
                      stage.contains("sequences") && isNumber<double>(stage["until"], {0, 1}) &&
                      isNumber<int>(stage["sequences"], {1, 1 << 20});
            if (isSound)
                growth.push_back({stage["until"].get<double>(), stage["sequences"].get<int>()});
        }
        if (!isSound)
            refuse(name, R"(a list of stages like {"until": 0.25, "sequences": 8})", *value);
    }
    template <Number Value> void operator()(const char* name, Value& number, const SettingRange& range) {
        if (const Json* value = find(name)) {
            if (isNumber<Value>(*value, range))
                number = value->get<Value>();
            else
                refuse(name, expected<Value>(range), *value);
        }
    }
    void operator()(const char* name, std::tuple<float&, float&> pair, const SettingRange& range) {
        const Json* value = find(name);
        if (value == nullptr)
            return;
        if (!value->is_array() || value->size() != 2 || !isNumber<float>((*value)[0], range) ||
            !isNumber<float>((*value)[1], range))
            return refuse(name, "two numbers, each " + expected<float>(range), *value);
        pair = std::tuple((*value)[0].get<float>(), (*value)[1].get<float>());
    }
    template <class Value, std::size_t N>
    void operator()(const char* key, Value& named, const std::array<Value, N>& values) {
        const Json* value = find(key);
        if (value == nullptr)
            return;
        std::string names;
        for (const Value each : values) {
            if (*value == name(each)) {
                named = each;
                return;
            }
            names += (names.empty() ? "\"" : " or \"") + std::string(name(each)) + "\"";
        }
        refuse(key, names, *value);
    }

    // What is wrong, in one sentence; empty: nothing. Settings that nobody asked for are wrong, too.
    [[nodiscard]] std::string problem() const {
        if (m_problem.empty())
            for (const auto& [name, value] : m_json.items())
                if (!m_names.contains(name))
                    return "there is no setting \"" + name + "\"";
        return m_problem;
    }

private:
    const Json* find(const std::string& name) {
        m_names.insert(name);
        const auto found = m_json.find(name);
        if (found != m_json.end())
            return &*found;
        if (m_kind == Kind::Record && !contains(kAddedLater, name))
            refuse(name + " is missing");
        return nullptr;
    }
    template <Number Value> static bool isNumber(const Json& value, const SettingRange& range) {
        return (std::integral<Value> ? value.is_number_integer() : value.is_number()) &&
               isWithin(value.get<double>(), range);
    }
    void refuse(const std::string& name, const std::string& wanted, const Json& found) {
        constexpr std::size_t kShown = 40;
        std::string shown = found.dump(-1, ' ', true, Json::error_handler_t::replace);
        if (shown.size() > kShown)
            shown = shown.substr(0, kShown) + "...";
        refuse(name + " must be " + wanted + ", not " + shown);
    }
    void refuse(const std::string& problem) {
        if (m_problem.empty())
            m_problem = problem;
    }

    const Json& m_json;
    Kind m_kind;
    std::set<std::string, std::less<>> m_names;
    std::string m_problem;
};

} // namespace engine::settings
