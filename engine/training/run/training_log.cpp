#include "engine/training/run/training_log.h"

#include "engine/core/atomic_file.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <iterator>
#include <span>
#include <string>
#include <string_view>

namespace engine {

namespace {

// Fixed: the first line, by which a log is known.
constexpr std::string_view kHead = "step,tokens,training_nats_per_token,validation_bits_per_byte,"
                                   "learning_rate,gradient_norm,tokens_per_second,seconds\n";
constexpr std::size_t kColumns = 8;

template <class Number> bool read(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

std::optional<TrainingLogRow> readRow(std::string_view line) {
    std::array<std::string_view, kColumns> cells;
    for (std::size_t i = 0; i < kColumns; ++i) {
        const std::size_t comma = line.find(',');
        if ((comma == std::string_view::npos) != (i + 1 == kColumns))
            return std::nullopt;
        cells[i] = line.substr(0, comma);
        line = i + 1 == kColumns ? std::string_view() : line.substr(comma + 1);
    }
    TrainingLogRow row;
    double validation = 0;
    if (!read(cells[0], row.step) || !read(cells[1], row.tokens) || !read(cells[2], row.loss) ||
        !(cells[3].empty() || read(cells[3], validation)) || !read(cells[4], row.learningRate) ||
        !read(cells[5], row.gradientNorm) || !read(cells[6], row.tokensPerSecond) ||
        !read(cells[7], row.seconds))
        return std::nullopt;
    if (!cells[3].empty())
        row.validationBitsPerByte = validation;
    return row;
}

std::string toLine(const TrainingLogRow& row) {
    char text[256], validation[32] = "";
    if (row.validationBitsPerByte)
        std::snprintf(validation, sizeof validation, "%.5f", *row.validationBitsPerByte);
    std::snprintf(text, sizeof text, "%lld,%lld,%.5f,%s,%.4e,%.4g,%.1f,%.1f\n",
                  static_cast<long long>(row.step), static_cast<long long>(row.tokens), row.loss, validation,
                  row.learningRate, row.gradientNorm, row.tokensPerSecond, row.seconds);
    return text;
}

Failure cannotWrite(const std::filesystem::path& path) {
    return failure(ErrorCode::WriteFailed,
                   path.string() + ": the log could not be written; check the folder and the disk's free "
                                   "space, then go on with --resume");
}

} // namespace

Expected<std::vector<TrainingLogRow>> readTrainingLog(const std::filesystem::path& path) {
    std::error_code problem;
    if (!std::filesystem::exists(path, problem))
        return failure(ErrorCode::FileNotFound, path.string() + ": no such file");
    std::ifstream in(path, std::ios::binary);
    const std::string all{std::istreambuf_iterator<char>(in), {}};
    if (!in)
        return failure(ErrorCode::FileUnreadable, path.string() + ": cannot be read");
    if (!all.starts_with(kHead))
        return failure(ErrorCode::FileDamaged, path.string() + ": not the log of a training");
    std::vector<TrainingLogRow> rows;
    std::string_view rest = std::string_view(all).substr(kHead.size());
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        if (end == std::string_view::npos)
            break;
        if (const auto row = readRow(rest.substr(0, end)))
            rows.push_back(*row);
        rest = rest.substr(end + 1);
    }
    return rows;
}

Expected<TrainingLog> TrainingLog::open(const std::filesystem::path& path, std::int64_t step) {
    TrainingLog log;
    log.m_path = path;
    std::error_code problem;
    std::string kept(kHead);
    const bool isFile = std::filesystem::is_regular_file(path, problem);
    if (isFile && std::filesystem::file_size(path, problem) > 0) {
        const auto rows = readTrainingLog(path);
        if (!rows)
            return failure(ErrorCode::FileDamaged,
                           path.string() + ": another file stands where the log of this training would be "
                                           "written; choose another place with --log");
        for (const TrainingLogRow& row : *rows)
            if (step > 0 && row.step <= step) {
                kept += toLine(row);
                log.m_secondsBefore = row.seconds;
            }
    }
    if (isFile || !std::filesystem::exists(path, problem)) {
        auto file = AtomicFile::create(path);
        if (!file)
            return failure(file.error());
        if (auto written = file->write(std::as_bytes(std::span(kept))); !written)
            return failure(written.error());
        if (auto committed = file->commit(); !committed)
            return failure(committed.error());
        log.m_out.open(path, std::ios::binary | std::ios::app);
    } else { // a pipe, for a program that watches
        log.m_out.open(path, std::ios::binary);
        log.m_out << kept;
    }
    if (auto written = log.written(); !written)
        return failure(written.error());
    return log;
}

Expected<void> TrainingLog::add(const TrainingReport& report) {
    m_out << toLine({.step = report.step,
                     .tokens = report.tokens,
                     .loss = report.loss,
                     .validationBitsPerByte = report.validationBitsPerByte,
                     .learningRate = report.learningRate,
                     .gradientNorm = report.gradientNorm,
                     .tokensPerSecond = report.tokensPerSecond,
                     .seconds = m_secondsBefore + report.seconds});
    return written();
}

Expected<void> TrainingLog::written() {
    m_out.flush();
    if (!m_out)
        return cannotWrite(m_path);
    return {};
}

} // namespace engine
