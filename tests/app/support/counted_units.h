// counted_units.h: a model to which every so many units are a token.
// Threads: a value.
#pragma once

#include "app/reading/prompt_assembly.h"

#include <algorithm>

namespace app {

class CountedUnits final : public TokenCounter {
public:
    explicit CountedUnits(qsizetype unitsPerToken = 1)
        : m_unitsPerToken(unitsPerToken) {}

    [[nodiscard]] std::optional<QList<qsizetype>> ends(QStringView text) const override {
        QList<qsizetype> ends;
        for (qsizetype end = 0; end < text.size();)
            ends.append(end = std::min(end + m_unitsPerToken, text.size()));
        return ends;
    }

private:
    qsizetype m_unitsPerToken;
};

} // namespace app
