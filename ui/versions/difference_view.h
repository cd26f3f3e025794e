// difference_view.h: shows a comparison: what only the version has is struck through, what is new is
// underlined, and what is the same is said in a line. In one column, or in two: the version, and the text of
// now. A long one is filled in little by little.
// Threads: GUI thread only.
#pragma once

#include "ui/theme/colours.h"
#include "ui/versions/version_comparison.h"

#include <QTextEdit>
#include <QTimer>

#include <memory>

namespace ui {

class DifferenceView : public QTextEdit {
    Q_OBJECT

public:
    explicit DifferenceView(QWidget* parent = nullptr);

    void setColours(const Colours& colours);
    void show(std::shared_ptr<const VersionComparison> comparison); // by value: may be the one it shows
    void setSideBySide(bool isSideBySide);
    void say(const QString& sentence); // instead of a comparison
    // The first and last difference that the selection touches, or the cursor; -1: none.
    [[nodiscard]] std::pair<int, int> selectedDifferences() const;

private:
    void fill();
    void append(const ShownPassage& passage);
    void appendInTwo(QTextCursor& cursor, const ShownPassage& passage);
    void insert(QTextCursor& cursor, const ShownPiece& piece, bool isLast);

    struct Place {
        int first = 0; // characters of the view
        int end = 0;
    };

    Colours m_colours;
    bool m_isSideBySide = false;
    std::shared_ptr<const VersionComparison> m_comparison;
    qsizetype m_next = 0;  // passage to be shown
    QList<Place> m_places; // of the differences
    QTimer m_filling;
};

} // namespace ui
