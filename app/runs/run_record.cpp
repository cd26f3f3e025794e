#include "app/runs/run_record.h"

#include <algorithm>

namespace app {

void RunRecord::setPrompt(const QString& whole) {
    promptLength = whole.size();
    prompt = RunPrompt::endOf(whole);
}

int RunRecord::tokenAt(qsizetype position) const {
    const auto behind = std::ranges::upper_bound(tokens, position, {}, &RunToken::start);
    if (behind == tokens.begin())
        return -1;
    const auto token = behind - 1;
    return position < token->end ? static_cast<int>(token - tokens.begin()) : -1;
}

} // namespace app
