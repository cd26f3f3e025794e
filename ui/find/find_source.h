// find_source.h: what else is searched beside the story, if the writer wants: texts that are short and few,
// as notes are.
// Threads: GUI thread only.
#pragma once

#include "app/document/text_origin.h"

#include <QHash>
#include <QString>
#include <QStringList>

#include <functional>

namespace ui {

class FindSource {
public:
    FindSource() = default;
    virtual ~FindSource() = default;
    Q_DISABLE_COPY_MOVE(FindSource)

    // Its texts now. The indexes of the other calls mean these, until the next call.
    [[nodiscard]] virtual QStringList texts() = 0;
    // Brings a place into view, selected, without taking the keys.
    virtual void show(qsizetype text, const app::TextRange& range) = 0;
    // Puts others in the place of texts. Returns what takes it back.
    [[nodiscard]] virtual std::function<void()> replace(const QHash<qsizetype, QString>& texts) = 0;
};

} // namespace ui
