// token_memory.h: where the tokens of a text end, remembered. A story that is tokenised after every pause of
// typing differs from what it was in one place, and only the lines around that place are tokenised again.
// Cost: as a comparison of two texts, and tokenising the lines that changed. The first time, and of a
// vocabulary whose tokens may reach over any end of a line: tokenising all.
// Threads: engine thread only.
#pragma once

#include "engine/tokenizer/tokenizer.h"

#include <QList>
#include <QString>
#include <QStringView>

#include <array>
#include <optional>

namespace app {

class TokenMemory {
public:
    // In units, ascending: as if all of it were tokenised. A token that ends inside of a character ends
    // behind it. `tokenizer` is always the same. Nothing if the text cannot be tokenised.
    [[nodiscard]] std::optional<QList<qsizetype>> ends(const engine::Tokenizer& tokenizer, QStringView text);

private:
    struct Known {
        QString text;
        QList<qsizetype> ends;
    };
    // What two texts have in common at their beginnings and at their ends, in units that do not overlap.
    struct Common {
        qsizetype prefix = 0;
        qsizetype suffix = 0;
    };

    [[nodiscard]] static Common commonOf(QStringView text, QStringView other);
    [[nodiscard]] static std::optional<QList<qsizetype>>
    endsFrom(const engine::Tokenizer& tokenizer, const Known& known, const Common& common, QStringView text);

    // The story, and a prompt that is made of its end; the one used last comes first.
    std::array<Known, 2> m_known;
};

} // namespace app
