// remote_file.h: a file at an address, and how to tell that it has come whole; a model that can be had so.
// Threads: values.
#pragma once

#include <QList>
#include <QString>
#include <QStringList>
#include <QUrl>

namespace app {

struct RemoteFile {
    QString name;      // a plain file name (isPlainFileName())
    QUrl address;      // http or https
    qint64 bytes = -1; // -1: unknown
    QString sha256;    // 64 lower-case hexadecimal digits; empty: unknown

    bool operator==(const RemoteFile&) const = default;
};

struct RemoteModel {
    RemoteFile file;
    QList<RemoteFile> needs; // files that must lie beside it, such as a vocabulary
    QString architecture;    // "rwkv5", "rwkv6", "rwkv7"; empty: unknown, as what follows
    int layers = 0;
    int width = 0;
    int vocabulary = 0;    // tokens
    QStringList languages; // ISO 639-1, or "many"
    QString goodFor;       // one sentence

    bool operator==(const RemoteModel&) const = default;
};

} // namespace app
