// token_selection.h: the one token that all views point at: the one under the mouse and the one that was
// clicked. The heatmap and the text both set it and both show it, so neither knows the other.
// Threads: GUI thread only.
#pragma once

#include "app/runs/run_history.h"

#include <QObject>

#include <optional>

namespace ui {

class TokenSelection : public QObject {
    Q_OBJECT

public:
    using Place = app::RunHistory::TokenPlace;
    using QObject::QObject;

    [[nodiscard]] const std::optional<Place>& hovered() const { return m_hovered; }
    [[nodiscard]] const std::optional<Place>& locked() const { return m_locked; }

    void hover(const std::optional<Place>& place) {
        if (m_hovered != place) {
            m_hovered = place;
            emit changed();
        }
    }
    void lock(const Place& place) {
        if (m_locked != place) {
            m_locked = place;
            emit changed();
        }
    }
    // False if nothing was locked.
    bool unlock() {
        const bool wasLocked = m_locked.has_value();
        m_locked.reset();
        if (wasLocked) {
            emit changed();
        }
        return wasLocked;
    }

signals:
    void changed();

private:
    std::optional<Place> m_hovered;
    std::optional<Place> m_locked;
};

} // namespace ui
