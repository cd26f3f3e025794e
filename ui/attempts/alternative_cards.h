// alternative_cards.h: the alternatives that the model writes at this moment, as cards. The chosen one shows
// all its words, the others their beginning. Enter, a click or its number takes one.
// Threads: GUI thread only.
#pragma once

#include <QListWidget>

namespace app {
class Document;
class StoryWriter;
} // namespace app

namespace ui {

class AlternativeCards : public QListWidget {
    Q_OBJECT

public:
    AlternativeCards(app::StoryWriter& writer, const app::Document& story, QWidget* parent = nullptr);

signals:
    void started();
    void cardWanted(int card);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void begin();
    void show(int card);
    void markTaken();

    app::StoryWriter& m_writer;
    const app::Document& m_story;
};

} // namespace ui
