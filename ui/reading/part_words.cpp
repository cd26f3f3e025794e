#include "ui/reading/part_words.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>

namespace ui {

namespace {

constexpr int kManySeconds = 90;

QString tr(const char* text, int n = -1) {
    return QCoreApplication::translate("ui::PartWords", text, nullptr, n);
}

QString tokensOf(int tokens) { return tr("%1 token(s)", tokens).arg(QLocale().toString(tokens)); }

} // namespace

QString titleOf(const app::PromptPart& part, const app::Prompt& prompt) {
    using Kind = app::PromptPart::Kind;
    switch (part.kind) {
    case Kind::Memory: return tr("Memory");
    case Kind::Note: return tr("Author’s note");
    case Kind::Lore: return tr("Lore: %1").arg(part.name.isEmpty() ? tr("without a name") : part.name);
    case Kind::Story: break;
    }
    if (part.inStory > prompt.storyStart)
        return tr("The story, up to the cursor");
    return prompt.storyStart > 0 ? tr("The story, from the dashed line on")
                                 : tr("The story, from its beginning");
}

QString reasonOf(const app::PromptPart& part, int noteDepth) {
    if (part.kind == app::PromptPart::Kind::Note)
        return noteDepth == 1 ? tr("above the paragraph at the cursor")
                              : tr("above the last %n paragraphs", noteDepth);
    if (part.kind != app::PromptPart::Kind::Lore)
        return {};
    return part.key.isEmpty() ? tr("always") : tr("because of “%1”").arg(part.key);
}

QString durationOf(double seconds) {
    if (seconds < 1)
        return tr("less than a second");
    if (seconds < kManySeconds)
        return tr("about %n second(s)", std::max(qRound(seconds), 1));
    return tr("about %n minute(s)", qRound(seconds / 60));
}

QString summaryOf(const app::ReadingPreview& preview) {
    const auto& inspection = preview.inspection();
    if (!inspection)
        return {};
    if (!inspection->hasModel)
        return tr("No model is loaded, so nothing is counted, and a limit is not seen here.");
    const int tokens = inspection->prompt.tokens();
    const int fresh = preview.newTokens();
    if (fresh == 0)
        return tr("%1. The model knows all of it; it starts at once.").arg(tokensOf(tokens));
    // The last one is not read: what is written first begins with it.
    QString summary =
        fresh >= inspection->promptTokens - 1
            ? tr("%1, all new to the model.").arg(tokensOf(tokens))
            : tr("%1, %2 of them new to the model.").arg(tokensOf(tokens), QLocale().toString(fresh));
    if (const auto seconds = preview.secondsToRead())
        summary += u' ' + tr("Reading takes %1.").arg(durationOf(*seconds));
    return summary;
}

} // namespace ui
