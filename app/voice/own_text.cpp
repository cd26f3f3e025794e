#include "app/voice/own_text.h"

#include "engine/fitting/fit_text.h"

namespace app {

QString ownText(const SpannedText& story) {
    QString text;
    qsizetype position = 0;
    bool isLeftOut = false; // since the last piece
    for (const Span& span : story.spans()) {
        if (span.origin == Origin::Typed || span.origin == Origin::Edited) {
            if (isLeftOut && !text.isEmpty() && !text.endsWith(u'\n'))
                text += u'\n';
            text += QStringView(story.text()).sliced(position, span.length);
            isLeftOut = false;
        } else {
            isLeftOut = true;
        }
        position += span.length;
    }
    return text;
}

bool isEnoughToLearnFrom(qsizetype bytes) { return bytes >= qsizetype{engine::kLeastFitBytes}; }

bool isEnoughToLearnFrom(const QString& text) { return isEnoughToLearnFrom(text.toUtf8().size()); }

} // namespace app
