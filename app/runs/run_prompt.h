// run_prompt.h: what a model read for a run: all of it but for the beginning of a long story, as with every
// run of a novel the whole of it would make the project grow by a novel each time.
// It is either a text, as of a run of this session, or packed, as of a run that came from the project file.
// Going from one form to the other takes about a millisecond, which the GUI thread leaves to the storage
// thread.
// Threads: values.
#pragma once

#include <QByteArray>
#include <QString>

namespace app {

class RunPrompt {
public:
    static constexpr qsizetype kKeptUnits = 32'768;

    RunPrompt() = default; // nothing was read
    // The last kKeptUnits units of `whole`, or all; no half character at the beginning. A copy at most.
    [[nodiscard]] static RunPrompt endOf(const QString& whole);
    // The same, without so many units from `position` on.
    [[nodiscard]] static RunPrompt without(const QString& whole, qsizetype position, qsizetype length);
    [[nodiscard]] static RunPrompt fromPacked(const QByteArray& packed);

    [[nodiscard]] bool isEmpty() const { return m_text.isEmpty() && m_packed.isEmpty(); }
    [[nodiscard]] QString text() const;
    // As it is stored: qCompress of UTF-8. No bytes if nothing was read.
    [[nodiscard]] QByteArray packed() const;

    // The same text, in whatever form.
    bool operator==(const RunPrompt& other) const;

private:
    QString m_text; // at most one of the two is not empty
    QByteArray m_packed;
};

} // namespace app
