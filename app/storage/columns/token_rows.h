// token_rows.h: something of each token of a run, packed one by one, in rows of several tokens: the number of
// the first and all of them in one value. Rows may be missing or damaged; the others count all the same.
// Bytes:  docs/formats/project.md, `packed` of token_choices and run_looks.
// Errors: those of engine/trace/sqlite.h.
// Threads: as engine::Statement.
#pragma once

#include "engine/core/error.h"
#include "engine/trace/sqlite.h"

#include <QByteArray>
#include <QList>

namespace app {

[[nodiscard]] QByteArray packTokenRow(const QList<QByteArray>& tokens);

// `rows` is bound and has the columns first and packed, by first. By the token's number; empty where there is
// nothing or it is damaged.
[[nodiscard]] engine::Expected<QList<QByteArray>> readTokenRows(engine::Statement& rows);

} // namespace app
