// sql_text.h: Qt's strings and bytes as parameters and columns of engine::Statement.
// Threads: pure functions.
#pragma once

#include "app/document/utf8_text.h"
#include "engine/trace/sqlite.h"

#include <QByteArray>
#include <QJsonObject>
#include <QString>

#include <span>
#include <string>

namespace app {

// A unit that is half a character becomes U+FFFD: one unit again when it is read, so that positions stay what
// they are.
[[nodiscard]] std::string utf8(const QString& text);

[[nodiscard]] inline std::span<const std::byte> blobOf(const QByteArray& bytes) {
    return std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size())));
}

[[nodiscard]] inline QString textColumn(const engine::Statement& row, int column) {
    return fromUtf8(row.text(column));
}

// Empty if it is none.
[[nodiscard]] QJsonObject jsonColumn(const engine::Statement& row, int column);

[[nodiscard]] inline QByteArray blobColumn(const engine::Statement& row, int column) {
    const auto bytes = row.blob(column);
    return QByteArray(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size()));
}

} // namespace app
