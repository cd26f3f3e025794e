// look_marker.h: *Looks back at*: marks the passages that the model looked back at as it read a word, in the
// text and in the strip beside the scroll bar, and says how many of them stand in the text. The word is the
// one under the mouse, the one that the heatmap points at, or, by a key, the one at the cursor: then it
// follows the cursor until Esc. Nothing is drawn for words of models without sparse blocks.
// Threads: GUI thread only.
#pragma once

#include "app/runs/looking_back.h"
#include "ui/theme/colours.h"

#include <QObject>
#include <QTimer>

#include <array>
#include <optional>

class QLabel;

namespace app {
class Document;
} // namespace app

namespace ui {

class LookStrip;
class StoryEditor;
class TokenSelection;

class LookMarker : public QObject {
    Q_OBJECT

public:
    using Place = app::RunHistory::TokenPlace;
    static constexpr int kRestMs = 150; // of the mouse on a word, and of the story

    LookMarker(StoryEditor& editor, const app::Document& story, app::RunHistory& runs,
               TokenSelection& selection, QObject* parent = nullptr);

    void setColours(const Colours& colours);
    void setFollowsMouse(bool isOn);
    // Shows it for the word at the cursor and follows the cursor, or leaves off. False if the cursor is in no
    // word of a model that looks back.
    bool toggleAtCursor();
    // Leaves off following the cursor. False if it did not.
    bool close();

    [[nodiscard]] bool isFollowing() const { return m_isFollowing; }
    [[nodiscard]] LookStrip& strip() { return *m_strip; }
    [[nodiscard]] QLabel& caption() { return *m_caption; }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void watchMouse(const QPoint& point);
    [[nodiscard]] std::optional<Place> atCursor() const;
    // The word that it is about now.
    [[nodiscard]] std::optional<Place> wanted() const;
    void update();
    void clear();
    void mark(const app::LooksBack& looks);
    void say(const QString& text);
    void settleCaption();

    StoryEditor& m_editor;
    const app::Document& m_story;
    app::RunHistory& m_runs;
    TokenSelection& m_selection;
    app::LookingBack m_looking;
    LookStrip* m_strip;
    QLabel* m_caption;
    QTimer m_rest;    // of the mouse, on m_under
    QTimer m_refresh; // once a step is complete, or the story rests
    bool m_followsMouse = true;
    bool m_isFollowing = false;
    std::optional<Place> m_under;   // the mouse
    std::optional<Place> m_hovered; // where it has rested
};

} // namespace ui
