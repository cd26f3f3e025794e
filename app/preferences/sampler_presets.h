// sampler_presets.h: settings of the sampler that have a name: those that ship with Inkgate, and the writer's
// own.
// Threads: one at a time.
#pragma once

#include "app/generation/generation_options.h"

#include <QByteArray>
#include <QList>
#include <QString>

namespace app {

struct SamplerPreset {
    QString name;
    SamplerOptions options; // the seed is not part of a preset
    bool isBuiltIn = false; // ships with Inkgate: can be neither changed nor deleted

    bool operator==(const SamplerPreset&) const = default;
};

class SamplerPresets {
public:
    SamplerPresets() = default;
    // The own ones out of toJson(); what is not readable is left out.
    explicit SamplerPresets(const QByteArray& json);

    // Built-in presets first ("Balanced", "Precise", "Wild"), then the writer's own by name.
    [[nodiscard]] QList<SamplerPreset> all() const;
    // False if the name is empty or that of a built-in one. Saving under an existing own name replaces it.
    [[nodiscard]] bool save(const QString& name, const SamplerOptions& options);
    // False if no own one has this name.
    [[nodiscard]] bool remove(const QString& name);

    [[nodiscard]] QByteArray toJson() const; // of the own ones

private:
    QList<SamplerPreset> m_own;
};

} // namespace app
