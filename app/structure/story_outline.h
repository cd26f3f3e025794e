// story_outline.h: the outline of the open story, kept in step with it.
// Threads: GUI thread only.
#pragma once

#include "app/structure/outline.h"

#include <QObject>

namespace app {

class Document;

class StoryOutline : public QObject {
    Q_OBJECT

public:
    explicit StoryOutline(const Document& story, QObject* parent = nullptr);

    [[nodiscard]] const Outline& outline() const { return m_outline; }

signals:
    void changed(); // after every step of the story, and when it is another one

private:
    Outline m_outline;
    QList<TextEdit> m_edits; // of the step that is being told
    QList<TextEdit> m_inverses;
};

} // namespace app
