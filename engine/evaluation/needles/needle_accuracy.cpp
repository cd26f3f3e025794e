#include "engine/evaluation/needles/needle_accuracy.h"

#include <algorithm>

namespace engine {

namespace {

// Whether the likeliest tokens behind `prompt` are those of `answer`.
Expected<bool> answers(Session& session, std::span<const int> prompt, std::span<const int> answer,
                       const std::stop_token& stop) {
    State state(session.model().config());
    std::vector<float> logits(static_cast<std::size_t>(session.model().config().vocabulary));
    if (auto read = session.prefill(state, prompt, logits, nullptr, stop); !read)
        return failure(read.error());
    for (std::size_t i = 0; i < answer.size(); ++i) {
        if (std::ranges::max_element(logits) - logits.begin() != answer[i])
            return false;
        if (i + 1 < answer.size())
            if (auto read = session.decode(state, answer[i], logits); !read)
                return failure(read.error());
    }
    return true;
}

} // namespace

Expected<std::vector<NeedleCell>> measureNeedles(const NeedleGrid& grid, std::string_view source,
                                                 const Tokenizer& tokenizer, Session& session,
                                                 const std::function<void(const NeedleCell&)>& report,
                                                 const std::stop_token& stop) {
    std::vector<NeedleCell> cells;
    Random random(grid.seed);
    for (const int tokens : grid.lengths)
        for (int d = 0; d < grid.depths; ++d) {
            NeedleCell cell{tokens, grid.depth(d)};
            for (; cell.keys < grid.keys; ++cell.keys) {
                const NeedleSettings settings{grid.kind, 1, tokens};
                const auto text = makeNeedleText(settings, {&cell.depth, 1}, source, tokenizer, random);
                if (!text)
                    return failure(text.error());
                const auto question = tokenizer.encode(text->pieces.front().text),
                           answer = tokenizer.encode(text->pieces.back().text);
                if (!question || !answer)
                    return failure(!question ? question.error() : answer.error());
                std::vector<int> prompt{tokenizer.documentSeparator()};
                prompt.insert(prompt.end(), question->begin(), question->end());
                const auto isRight = answers(session, prompt, *answer, stop);
                if (!isRight)
                    return failure(isRight.error());
                cell.right += *isRight ? 1 : 0;
            }
            report(cell);
            cells.push_back(cell);
        }
    return cells;
}

} // namespace engine
