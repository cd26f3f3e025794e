// kept_state.h: what a model remembers of a text it has read, as bytes that a project keeps so that opening
// it again reads nothing anew. Means nothing to any other model, and losing it loses only time.
// Threads: a value.
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>

namespace app {

struct KeptState {
    QString model; // its fingerprint
    QByteArray
        prefix; // names the tokens that were read: engine::PrefixKey, three 64-bit numbers, little-endian
    QByteArray state; // engine/runtime/state/state_file.h

    bool operator==(const KeptState&) const = default;
};

} // namespace app
