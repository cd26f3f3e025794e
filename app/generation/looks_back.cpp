#include "app/generation/looks_back.h"

#include "engine/trace/chunk_frame.h"

#include <QDataStream>
#include <QIODevice>

#include <algorithm>

namespace app {

namespace {

constexpr qint64 kMostUnits = qint64{1} << 40; // a number beyond is damage
constexpr int kMostBlocks = 4096;
constexpr int kMostHeads = 65536;

qsizetype pieceCount(qsizetype units) { return (units + kPieceUnits - 1) / kPieceUnits; }

bool isPossible(const ReadChunks& chunks) {
    if (chunks.chunk < 1 || chunks.blocks < 1 || chunks.blocks > kMostBlocks || chunks.heads < 1 ||
        chunks.heads > kMostHeads || chunks.firstToken < 0 || chunks.length < 0 ||
        chunks.length > kMostUnits || !std::is_sorted(chunks.starts.begin(), chunks.starts.end()))
        return false;
    if (!chunks.starts.isEmpty() && (chunks.starts.first() < 0 || chunks.starts.last() > chunks.length))
        return false;
    qsizetype end = 0, pieces = 0;
    for (const ReadChunks::StoryPart& part : chunks.stories) {
        if (part.start < end || part.length < 0 || part.length > chunks.length - part.start ||
            part.inStory < 0 || part.inStory > kMostUnits)
            return false;
        end = part.end();
        pieces += pieceCount(part.length);
    }
    return pieces == chunks.pieces.size();
}

} // namespace

quint64 pieceHash(QStringView text) {
    quint64 hash = 0;
    for (const QChar unit : text)
        hash = hash * kPieceFactor + unit.unicode() + 1;
    return hash;
}

void describeStory(ReadChunks& chunks, const Prompt& prompt) {
    chunks.length = prompt.text.size();
    for (const PromptPart& part : prompt.parts)
        if (part.kind == PromptPart::Kind::Story && part.length > 0)
            chunks.stories.append({part.start, part.length, std::max<qsizetype>(part.inStory, 0)});
    if (prompt.parts.isEmpty() && chunks.length > 0)
        chunks.stories.append({0, chunks.length, prompt.storyStart});
    const QStringView text = prompt.text;
    for (const ReadChunks::StoryPart& part : chunks.stories)
        for (qsizetype at = part.start; at < part.end(); at += kPieceUnits)
            chunks.pieces.append(pieceHash(text.sliced(at, std::min(kPieceUnits, part.end() - at))));
}

QByteArray packReadChunks(const ReadChunks& chunks) {
    QByteArray bytes;
    QDataStream stream(&bytes, QIODevice::WriteOnly);
    stream.setVersion(QDataStream::Qt_6_0);
    stream << qint32{chunks.chunk} << qint32{chunks.blocks} << qint32{chunks.heads}
           << qint32{chunks.firstToken} << qint64{chunks.length};
    stream << static_cast<quint32>(chunks.starts.size());
    for (const qsizetype start : chunks.starts)
        stream << qint64{start};
    stream << static_cast<quint32>(chunks.stories.size());
    for (const ReadChunks::StoryPart& part : chunks.stories)
        stream << qint64{part.start} << qint64{part.length} << qint64{part.inStory};
    stream << static_cast<quint32>(chunks.pieces.size());
    for (const quint64 piece : chunks.pieces)
        stream << piece;
    return bytes;
}

std::optional<ReadChunks> unpackReadChunks(const QByteArray& packed) {
    QDataStream stream(packed);
    stream.setVersion(QDataStream::Qt_6_0);
    ReadChunks chunks;
    qint32 numbers[4] = {};
    qint64 length = 0;
    for (qint32& number : numbers)
        stream >> number;
    stream >> length;
    chunks.chunk = numbers[0];
    chunks.blocks = numbers[1];
    chunks.heads = numbers[2];
    chunks.firstToken = numbers[3];
    chunks.length = length;
    quint32 count = 0;
    // A count that is not true ends with the bytes.
    stream >> count;
    for (quint32 i = 0; i < count && stream.status() == QDataStream::Ok; ++i) {
        qint64 start = 0;
        stream >> start;
        chunks.starts.append(start);
    }
    stream >> count;
    for (quint32 i = 0; i < count && stream.status() == QDataStream::Ok; ++i) {
        qint64 start = 0, units = 0, inStory = 0;
        stream >> start >> units >> inStory;
        chunks.stories.append({start, units, inStory});
    }
    stream >> count;
    for (quint32 i = 0; i < count && stream.status() == QDataStream::Ok; ++i) {
        quint64 piece = 0;
        stream >> piece;
        chunks.pieces.append(piece);
    }
    if (stream.status() != QDataStream::Ok || !isPossible(chunks))
        return std::nullopt;
    return chunks;
}

std::optional<QList<QList<LookedAt>>> unpackLooks(const QByteArray& packed) {
    if (packed.isEmpty())
        return std::nullopt;
    const auto blocks = engine::unpackChoices(
        std::as_bytes(std::span(packed.constData(), static_cast<size_t>(packed.size()))));
    if (!blocks)
        return std::nullopt;
    QList<QList<LookedAt>> looks;
    for (const engine::BlockChoices& block : *blocks) {
        QList<LookedAt> chosen;
        for (const engine::ChosenChunk& one : block)
            chosen.append({static_cast<qsizetype>(one.chunk), one.heads});
        looks.append(chosen);
    }
    return looks;
}

} // namespace app
