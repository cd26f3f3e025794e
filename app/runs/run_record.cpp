#include "app/runs/run_record.h"

#include "app/document/utf8_text.h"

#include <algorithm>

namespace app {

namespace {

constexpr int kFastCompression = 1;

} // namespace

QString RunRecord::prompt() const { return fromUtf8(qUncompress(packedPrompt).toStdString()); }

void RunRecord::setPrompt(const QString& prompt) {
    promptLength = prompt.size();
    QStringView kept = QStringView(prompt).last(std::min(prompt.size(), kPromptKept));
    if (kept.size() < prompt.size() && kept.front().isLowSurrogate())
        kept = kept.sliced(1);
    packedPrompt = qCompress(kept.toUtf8(), kFastCompression);
}

int RunRecord::tokenAt(qsizetype position) const {
    const auto behind = std::ranges::upper_bound(tokens, position, {}, &RunToken::start);
    if (behind == tokens.begin())
        return -1;
    const auto token = behind - 1;
    return position < token->end ? static_cast<int>(token - tokens.begin()) : -1;
}

} // namespace app
