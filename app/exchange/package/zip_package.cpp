#include "app/exchange/package/zip_package.h"

#include <zip.h>

#include <algorithm>
#include <array>

namespace app {

namespace {

constexpr zip_int64_t kMostEntries = 20'000;
constexpr qint64 kLargestEntry = qint64{64} << 20;
constexpr qint64 kLargestSum = qint64{256} << 20;
constexpr qint64 kSuspiciousSize = qint64{16} << 20;
constexpr qint64 kSuspiciousRatio = 250; // prose is packed to a third, the emptiest table to a hundredth

// A moment that every archive has, so that equal stories are equal files: 2000-01-01, 12:00 UTC.
constexpr time_t kMoment = 946'728'000;

struct CloseFile {
    void operator()(zip_file_t* file) const { zip_fclose(file); }
};

struct Discard {
    void operator()(zip_t* archive) const { zip_discard(archive); }
};

struct FreeSource {
    void operator()(zip_source_t* source) const { zip_source_free(source); }
};

constexpr double kProgressStep = 0.01;

struct Watched {
    const WriteProgress* progress;
    bool isStopped;
};

void onProgress(zip_t* /*archive*/, double share, void* state) {
    auto* const watched = static_cast<Watched*>(state);
    watched->isStopped = !watched->progress->goesOn(share);
}

int onCancelAsked(zip_t* /*archive*/, void* state) { return static_cast<Watched*>(state)->isStopped ? 1 : 0; }

// The bytes of a source that a written archive left in memory.
QByteArray bytesOf(zip_source_t* source) {
    zip_stat_t status;
    zip_stat_init(&status);
    if (zip_source_stat(source, &status) != 0 || zip_source_open(source) != 0)
        return {};
    QByteArray bytes(static_cast<qsizetype>(status.size), Qt::Uninitialized);
    const zip_int64_t count = zip_source_read(source, bytes.data(), status.size);
    zip_source_close(source);
    return count == bytes.size() ? bytes : QByteArray();
}

} // namespace

void ZipReader::Close::operator()(zip* archive) const { zip_discard(archive); }

ImportResult<ZipReader> ZipReader::open(const QByteArray& bytes) {
    ZipReader reader;
    reader.m_bytes = bytes;
    zip_source_t* const source = zip_source_buffer_create(
        reader.m_bytes.constData(), static_cast<zip_uint64_t>(reader.m_bytes.size()), 0, nullptr);
    if (source == nullptr)
        return importFailure(ImportFault::TooLarge);
    reader.m_archive.reset(zip_open_from_source(source, ZIP_RDONLY, nullptr));
    if (!reader.m_archive) {
        zip_source_free(source);
        return importFailure(ImportFault::Damaged);
    }
    if (zip_get_num_entries(reader.m_archive.get(), 0) > kMostEntries)
        return importFailure(ImportFault::TooLarge);
    return reader;
}

bool ZipReader::contains(const QString& name) const {
    return zip_name_locate(m_archive.get(), name.toUtf8().constData(), ZIP_FL_ENC_GUESS) >= 0;
}

ImportResult<QByteArray> ZipReader::read(const QString& name) {
    const zip_int64_t index = zip_name_locate(m_archive.get(), name.toUtf8().constData(), ZIP_FL_ENC_GUESS);
    zip_stat_t status;
    zip_stat_init(&status);
    if (index < 0 || zip_stat_index(m_archive.get(), static_cast<zip_uint64_t>(index), 0, &status) != 0)
        return importFailure(ImportFault::Damaged);
    if ((status.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && status.encryption_method != ZIP_EM_NONE)
        return importFailure(ImportFault::Encrypted);
    const std::unique_ptr<zip_file_t, CloseFile> file(
        zip_fopen_index(m_archive.get(), static_cast<zip_uint64_t>(index), 0));
    if (!file)
        return importFailure(ImportFault::Damaged);
    const auto packed = std::max<qint64>(1, static_cast<qint64>(status.comp_size));
    QByteArray content;
    std::array<char, 1 << 16> piece;
    for (;;) {
        const zip_int64_t count = zip_fread(file.get(), piece.data(), piece.size());
        if (count < 0)
            return importFailure(ImportFault::Damaged);
        if (count == 0)
            return content;
        content.append(piece.data(), static_cast<qsizetype>(count));
        m_bytesRead += count;
        if (content.size() > kLargestEntry || m_bytesRead > kLargestSum ||
            (content.size() > kSuspiciousSize && content.size() / packed > kSuspiciousRatio))
            return importFailure(ImportFault::TooLarge);
    }
}

void ZipWriter::add(const QString& name, const QByteArray& content, bool isStored) {
    m_entries.push_back({name.toUtf8(), content, isStored});
}

QByteArray ZipWriter::finish(const WriteProgress& progress) const {
    const std::unique_ptr<zip_source_t, FreeSource> target(zip_source_buffer_create(nullptr, 0, 0, nullptr));
    if (!target)
        return {};
    std::unique_ptr<zip_t, Discard> archive(zip_open_from_source(target.get(), ZIP_TRUNCATE, nullptr));
    if (!archive)
        return {};
    zip_source_keep(target.get()); // one for the archive, one to read from
    for (const Entry& entry : m_entries) {
        zip_source_t* const source = zip_source_buffer(archive.get(), entry.content.constData(),
                                                       static_cast<zip_uint64_t>(entry.content.size()), 0);
        if (source == nullptr)
            return {};
        const zip_int64_t index =
            zip_file_add(archive.get(), entry.name.constData(), source, ZIP_FL_ENC_GUESS);
        if (index < 0) {
            zip_source_free(source);
            return {};
        }
        const auto place = static_cast<zip_uint64_t>(index);
        if (zip_set_file_compression(archive.get(), place, entry.isStored ? ZIP_CM_STORE : ZIP_CM_DEFLATE,
                                     0) != 0 ||
            zip_file_set_mtime(archive.get(), place, kMoment, 0) != 0)
            return {};
    }
    Watched watched{&progress, false};
    zip_register_progress_callback_with_state(archive.get(), kProgressStep, onProgress, nullptr, &watched);
    zip_register_cancel_callback_with_state(archive.get(), onCancelAsked, nullptr, &watched);
    if (zip_close(archive.get()) != 0) // the entries are packed here
        return {};
    (void)archive.release(); // closing has freed it
    return bytesOf(target.get());
}

} // namespace app
