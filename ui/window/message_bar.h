// message_bar.h: one sentence above the status line, that waits until it is read: something failed, or a
// hint. Never takes the keys away from the story.
// Threads: GUI thread only.
#pragma once

#include <QWidget>

#include <functional>

class QLabel;
class QPushButton;

namespace ui {

class MessageBar : public QWidget {
    Q_OBJECT

public:
    enum class Kind { Hint, Problem };

    explicit MessageBar(QWidget* parent = nullptr);

    struct Action {
        QString label;
        std::function<void()> run;
    };
    // Takes the place of the message before. `details` go under a button of their own.
    void show(Kind kind, const QString& message, const QString& details = {}, const Action& action = {});
    void dismiss();

    [[nodiscard]] QString message() const;
    [[nodiscard]] Kind kind() const { return m_kind; }

signals:
    void dismissed();

private:
    Kind m_kind = Kind::Hint;
    QLabel* m_message;
    QLabel* m_details;
    QPushButton* m_detailsButton;
    QPushButton* m_action;
    std::function<void()> m_run;
};

} // namespace ui
