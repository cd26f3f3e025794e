// token_marker.h: joins the editor to the token selection: marks the hovered and the locked token in the
// text, and reports the token under the mouse.
// Threads: GUI thread only.
#pragma once

#include "app/document/text_origin.h"

#include <QObject>
#include <QTimer>

#include <optional>

namespace app {
class Document;
class RunHistory;
} // namespace app

namespace ui {

class StoryEditor;
class TokenSelection;

class TokenMarker : public QObject {
    Q_OBJECT

public:
    TokenMarker(StoryEditor& editor, const app::Document& story, const app::RunHistory& runs,
                TokenSelection& selection, QObject* parent = nullptr);

    // Off while no heatmap is in sight: then the page stays plain.
    void setActive(bool isActive);

private:
    void show();
    [[nodiscard]] app::TextRange withoutSpaces(app::TextRange range) const;

    StoryEditor& m_editor;
    const app::Document& m_story;
    const app::RunHistory& m_runs;
    TokenSelection& m_selection;
    QTimer m_refresh;
    bool m_isActive = false;
    bool m_isFromText = false; // the hovered token was found under the mouse in the text itself
};

} // namespace ui
