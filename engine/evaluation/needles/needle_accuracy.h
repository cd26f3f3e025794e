// needle_accuracy.h: how often a model finds a needle again, by the length of the text and the depth at which
// the needle stands in it.
// Threads: the session's.
#pragma once

#include "engine/core/error.h"
#include "engine/evaluation/needles/needle_text.h"
#include "engine/runtime/session.h"
#include "engine/tokenizer/tokenizer.h"

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string_view>
#include <vector>

namespace engine {

struct NeedleGrid {
    NeedleKind kind = NeedleKind::Passkey;
    std::vector<int> lengths; // in tokens
    int depths = 10;          // evenly from the beginning of the haystack to its end
    int keys = 10;            // texts of each length and depth
    std::uint64_t seed = 0;

    [[nodiscard]] double depth(int index) const {
        return depths > 1 ? static_cast<double>(index) / (depths - 1) : 0.5;
    }
};

struct NeedleCell {
    int tokens = 0;
    double depth = 0;
    int right = 0, keys = 0; // texts whose answer was right in every token; texts asked
};

// Reads each text up to its question and has the model write the answer, always the likeliest token. `report`
// gets each cell when it is done. Cells come length by length, in each by depth. Errors: those of
// makeNeedleText and of Session; Cancelled.
[[nodiscard]] Expected<std::vector<NeedleCell>>
measureNeedles(const NeedleGrid& grid, std::string_view source, const Tokenizer& tokenizer, Session& session,
               const std::function<void(const NeedleCell&)>& report, const std::stop_token& stop);

} // namespace engine
