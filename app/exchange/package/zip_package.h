// zip_package.h: the archive that docx, odt and epub files are, in memory, through libzip.
//
// Archives from outside are not trusted: at most 20,000 entries, 64 MiB per entry and 256 MiB over all reads,
// whatever their headers claim; entries of more than 16 MiB that were packed to less than a 250th are refused
// as made to fill a disk. Nothing is ever written to disk, so names of entries lead nowhere.
// Threads: values; one at a time.
#pragma once

#include "app/exchange/import_fault.h"
#include "app/exchange/write_progress.h"

#include <QByteArray>
#include <QString>

#include <memory>
#include <vector>

struct zip;

namespace app {

class ZipReader {
public:
    // `bytes` is kept. Faults: Damaged, TooLarge.
    [[nodiscard]] static ImportResult<ZipReader> open(const QByteArray& bytes);

    [[nodiscard]] bool contains(const QString& name) const;
    // Faults: Damaged (there is none of this name, or its bytes are wrong), Encrypted, TooLarge.
    [[nodiscard]] ImportResult<QByteArray> read(const QString& name);

private:
    struct Close {
        void operator()(zip* archive) const;
    };

    QByteArray m_bytes;
    std::unique_ptr<zip, Close> m_archive;
    qint64 m_bytesRead = 0;
};

class ZipWriter {
public:
    // Entries come in this order. `isStored`: not compressed, as the first one of odt and epub must be.
    void add(const QString& name, const QByteArray& content, bool isStored = false);
    // Empty if memory does not suffice or it was stopped. The same entries give the same bytes.
    [[nodiscard]] QByteArray finish(const WriteProgress& progress = {}) const;

private:
    struct Entry {
        QByteArray name;
        QByteArray content;
        bool isStored = false;
    };
    std::vector<Entry> m_entries;
};

} // namespace app
