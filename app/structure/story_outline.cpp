#include "app/structure/story_outline.h"

#include "app/document/document.h"

#include <utility>

namespace app {

StoryOutline::StoryOutline(const Document& story, QObject* parent)
    : QObject(parent) {
    connect(&story, &Document::wasReset, this, [this, &story] {
        m_edits.clear();
        m_inverses.clear();
        m_outline.parse(story.text());
        emit changed();
    });
    connect(&story, &Document::changed, this, [this, &story](const DocumentChange& change) {
        m_edits.append(change.edit);
        m_inverses.append(change.inverse);
        if (!change.isLastOfStep)
            return;
        m_outline.apply(story.text(), std::exchange(m_edits, {}), std::exchange(m_inverses, {}));
        emit changed();
    });
    m_outline.parse(story.text());
}

} // namespace app
