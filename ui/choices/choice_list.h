// choice_list.h: the small list over the page that shows which tokens the model held likely in a place: rank,
// word, chance, log-probability; the one that was written stands out. A click or Enter takes one.
// Threads: GUI thread only.
#pragma once

#include "app/generation/token_choices.h"

#include <QFrame>

class QLabel;
class QTreeWidget;

namespace ui {

class ChoiceList : public QFrame {
    Q_OBJECT

public:
    explicit ChoiceList(QWidget* parent);

    // `written`: the token of the run, with its own text.
    void fill(const app::TokenChoices& choices, int written, const QString& text);
    [[nodiscard]] QTreeWidget& rows() { return *m_rows; }

signals:
    void chosen(int choice);     // index into TokenChoices::best
    void stepWanted(int tokens); // Left, Right: the likely words of the token before, or behind
    void closeWanted();          // the keys went elsewhere

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void addRow(int rank, const app::TokenChoice& choice, const QString& word, bool isWritten);
    void fitToRows();

    QTreeWidget* m_rows;
    QLabel* m_help;
};

} // namespace ui
