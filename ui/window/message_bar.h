// message_bar.h: one sentence above the status line, that waits until it is read: something failed, or a
// hint. Never takes the keys away from the story.
//
// A message with a topic stays until its cause is gone: until it is cleared, replaced under the same topic,
// or closed by the writer's own hand. Others may come over it meanwhile; then it shows again.
// Threads: GUI thread only.
#pragma once

#include <QList>
#include <QWidget>

#include <array>
#include <functional>

class QLabel;
class QPushButton;

namespace ui {

class MessageBar : public QWidget {
    Q_OBJECT

public:
    enum class Kind { Hint, Problem };
    enum class Topic {
        Passing,   // about a moment; gone with Esc
        Writing,   // the model failed; gone with Esc or the next try
        Opening,   // another project or text could not be opened
        SavingAs,  // the same for a copy or an export
        Saving,    // the project does not take what is written
        Place,     // the project's file is somewhere else
        Recovered, // a project of before waits to be looked at
        Model,     // the chosen model cannot be used
        Spelling,  // is wanted and has no dictionary; gone with Esc
        Count
    };

    explicit MessageBar(QWidget* parent = nullptr);

    struct Action {
        QString label;
        std::function<void()> run;
    };
    struct Message {
        Kind kind = Kind::Hint;
        QString text;
        QString details; // under a button of their own
        QList<Action> actions;
    };
    // On top of the others. Shown again unchanged it stays where it is.
    void show(Topic topic, const Message& message);
    void show(Kind kind, const QString& message, const QString& details = {}, const Action& action = {});
    void clear(Topic topic);
    // Closes the message that is shown.
    void dismiss();

    // Nothing but the message itself is left of what it says.
    [[nodiscard]] bool isPassing() const {
        return topic() == Topic::Passing || topic() == Topic::Writing || topic() == Topic::Spelling;
    }
    [[nodiscard]] QString message() const; // that is shown; empty: none
    [[nodiscard]] Kind kind() const;
    [[nodiscard]] Topic topic() const { return m_order.isEmpty() ? Topic::Passing : m_order.last(); }

signals:
    void dismissed();

private:
    static constexpr int kActions = 2;

    void showTop();
    [[nodiscard]] Message& messageOf(Topic topic) { return m_messages[static_cast<std::size_t>(topic)]; }
    [[nodiscard]] const Message& messageOf(Topic topic) const {
        return m_messages[static_cast<std::size_t>(topic)];
    }

    std::array<Message, static_cast<std::size_t>(Topic::Count)> m_messages;
    QList<Topic> m_order; // the last is shown
    QLabel* m_message;
    QLabel* m_details;
    QPushButton* m_detailsButton;
    std::array<QPushButton*, kActions> m_actions{};
};

} // namespace ui
