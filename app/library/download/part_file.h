// part_file.h: a file that is not whole yet, as NAME.part beside the name it will have, and the SHA-256 of
// what is in it. What was there before is hashed in pieces, so that a large one does not hold up its thread.
// Errors: the system's reason, such as "No space left on device".
// Threads: one at a time.
#pragma once

#include "engine/formats/sha256.h"

#include <QByteArrayView>
#include <QFile>
#include <QString>

#include <tl/expected.hpp>

#include <memory>

namespace app {

class PartFile {
public:
    using Done = tl::expected<void, QString>;

    // `path`: of the whole file.
    explicit PartFile(QString path);

    [[nodiscard]] Done open(); // keeps what is there
    [[nodiscard]] qint64 size() const { return m_size; }

    // The next piece of what was there before; true when all of it is hashed.
    [[nodiscard]] tl::expected<bool, QString> hashSome();
    [[nodiscard]] Done append(QByteArrayView bytes); // when all is hashed
    [[nodiscard]] Done startOver();                  // nothing is in it any more
    // Of all that is in it, which is now on the disk and closed. Call once, last.
    [[nodiscard]] tl::expected<QString, QString> finish();

    // Behind finish(): it gets its name, never over another file; or is kept aside under a name that no
    // program takes for a model, over an earlier one.
    [[nodiscard]] Done giveName();
    [[nodiscard]] Done setAside();

    [[nodiscard]] const QString& path() const { return m_path; }

private:
    const QString m_path;
    QFile m_file;
    qint64 m_size = 0;
    qint64 m_hashed = 0;
    std::unique_ptr<engine::Sha256> m_hash;
};

} // namespace app
