#include "app/preferences/sampler_presets.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace app {

namespace {

QList<SamplerPreset> builtInPresets() {
    const auto tr = [](const char* name) { return QCoreApplication::translate("app::SamplerPresets", name); };
    const SamplerOptions balanced;
    SamplerOptions precise;
    precise.temperature = 0.5;
    precise.topP = 0.8;
    precise.repetitionPenalty = 1.05;
    SamplerOptions wild;
    wild.temperature = 1.15;
    wild.topP = 0.97;
    wild.minP = 0.02;
    return {{tr("Balanced"), balanced, true}, {tr("Precise"), precise, true}, {tr("Wild"), wild, true}};
}

SamplerOptions withoutSeed(SamplerOptions options) {
    options.seed = 0;
    return options;
}

} // namespace

SamplerPresets::SamplerPresets(const QByteArray& json) {
    const QJsonArray presets = QJsonDocument::fromJson(json).array();
    for (const auto& value : presets) {
        const QJsonObject preset = value.toObject();
        const QString name = preset.value(QStringLiteral("name")).toString();
        if (!name.isEmpty())
            m_own.append({name, samplerOptionsFromJson(preset.value(QStringLiteral("sampler")).toObject())});
    }
}

QList<SamplerPreset> SamplerPresets::all() const { return builtInPresets() + m_own; }

bool SamplerPresets::save(const QString& name, const SamplerOptions& options) {
    const QList<SamplerPreset> builtIn = builtInPresets();
    if (name.trimmed().isEmpty() || std::ranges::find(builtIn, name, &SamplerPreset::name) != builtIn.end())
        return false;
    m_own.removeIf([&name](const SamplerPreset& preset) { return preset.name == name; });
    m_own.append({name, withoutSeed(options)});
    std::ranges::sort(m_own, [](const SamplerPreset& left, const SamplerPreset& right) {
        return left.name.localeAwareCompare(right.name) < 0;
    });
    return true;
}

bool SamplerPresets::remove(const QString& name) {
    return m_own.removeIf([&name](const SamplerPreset& preset) { return preset.name == name; }) > 0;
}

QByteArray SamplerPresets::toJson() const {
    QJsonArray presets;
    for (const SamplerPreset& preset : m_own)
        presets.append(QJsonObject{{QStringLiteral("name"), preset.name},
                                   {QStringLiteral("sampler"), app::toJson(preset.options)}});
    return QJsonDocument(presets).toJson(QJsonDocument::Compact);
}

} // namespace app
