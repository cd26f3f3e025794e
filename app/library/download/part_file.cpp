#include "app/library/download/part_file.h"

#include "app/library/download/download_record.h"

#include <span>
#include <utility>

#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace app {

namespace {

constexpr qint64 kPiece = 8 << 20; // some 10 ms of hashing

tl::unexpected<QString> reasonOf(const QFile& file) { return tl::unexpected<QString>(file.errorString()); }

} // namespace

PartFile::PartFile(QString path)
    : m_path(std::move(path))
    , m_file(partOf(m_path))
    , m_hash(std::make_unique<engine::Sha256>()) {}

PartFile::Done PartFile::open() {
    // Unbuffered: pieces are large, and a full disk is told where it happens.
    if (!m_file.open(QIODevice::ReadWrite | QIODevice::Unbuffered))
        return reasonOf(m_file);
    m_size = m_file.size();
    return {};
}

tl::expected<bool, QString> PartFile::hashSome() {
    if (m_hashed < m_size) {
        if (!m_file.seek(m_hashed))
            return reasonOf(m_file);
        const QByteArray piece = m_file.read(qMin(kPiece, m_size - m_hashed));
        if (piece.isEmpty())
            return tl::unexpected<QString>(m_file.errorString());
        m_hash->update(std::as_bytes(std::span(piece.constData(), std::size_t(piece.size()))));
        m_hashed += piece.size();
    }
    return m_hashed == m_size;
}

PartFile::Done PartFile::append(QByteArrayView bytes) {
    if (m_file.pos() != m_size && !m_file.seek(m_size))
        return reasonOf(m_file);
    qsizetype written = 0;
    while (written < bytes.size()) {
        const qint64 count = m_file.write(bytes.data() + written, bytes.size() - written);
        if (count <= 0)
            return reasonOf(m_file); // what is behind m_size is written over, or hashed anew, next time
        m_hash->update(std::as_bytes(std::span(bytes.data() + written, std::size_t(count))));
        written += count;
        m_size += count;
        m_hashed += count;
    }
    return {};
}

PartFile::Done PartFile::startOver() {
    if (!m_file.resize(0))
        return reasonOf(m_file);
    m_size = m_hashed = 0;
    m_hash = std::make_unique<engine::Sha256>();
    return {};
}

tl::expected<QString, QString> PartFile::finish() {
    if (::fsync(m_file.handle()) != 0 && errno != EINVAL) // EINVAL: a device that has nothing to sync
        return tl::unexpected<QString>(QString::fromLocal8Bit(std::strerror(errno)));
    m_file.close();
    return QString::fromStdString(m_hash->finish());
}

PartFile::Done PartFile::giveName() {
    QFile file(partOf(m_path));
    if (!file.rename(m_path)) // refuses to put it over another
        return reasonOf(file);
    return {};
}

PartFile::Done PartFile::setAside() {
    QFile::remove(wrongOf(m_path));
    QFile file(partOf(m_path));
    if (!file.rename(wrongOf(m_path)))
        return reasonOf(file);
    return {};
}

} // namespace app
