#include "app/storage/columns/step_codec.h"

#include "app/storage/columns/number_codec.h"
#include "app/storage/columns/span_codec.h"

#include <QtEndian>

#include <utility>

namespace app {

namespace {

// The first byte.
constexpr char kPlain = 0;
constexpr char kCompressed = 1;
// Keystrokes are smaller, and only grow when compressed.
constexpr qsizetype kWorthCompressing = 512;

// Unit by unit: half a character that stands in a text has no UTF-8.
void putText(QByteArray& bytes, const QString& text) {
    putNumber(bytes, text.size());
    const qsizetype start = bytes.size();
    bytes.resize(start + text.size() * 2);
    qToLittleEndian<char16_t>(text.utf16(), text.size(), bytes.data() + start);
}

std::optional<QString> takeText(QByteArrayView& bytes) {
    const auto length = takeNumber(bytes);
    if (!length || *length > bytes.size() / 2)
        return std::nullopt;
    QString text(*length, Qt::Uninitialized);
    qFromLittleEndian<char16_t>(bytes.data(), *length, text.data());
    bytes = bytes.sliced(*length * 2);
    return text;
}

std::optional<QList<Span>> takeSpans(QByteArrayView& bytes) {
    const auto length = takeNumber(bytes);
    if (!length || *length > bytes.size())
        return std::nullopt;
    const QByteArrayView packed = bytes.first(*length);
    bytes = bytes.sliced(*length);
    return unpackSpans(packed);
}

std::optional<TextEdit> takeEdit(QByteArrayView& bytes) {
    const auto position = takeNumber(bytes);
    const auto removed = position ? takeNumber(bytes) : std::nullopt;
    auto text = removed ? takeText(bytes) : std::nullopt;
    auto spans = text ? takeSpans(bytes) : std::nullopt;
    if (!spans)
        return std::nullopt;
    return TextEdit{*position, *removed, std::move(*text), std::move(*spans)};
}

} // namespace

QByteArray packStep(const UndoStep& step) {
    QByteArray bytes;
    putNumber(bytes, step.generation);
    putNumber(bytes, step.edits.size());
    for (const TextEdit& edit : step.edits) {
        putNumber(bytes, edit.position);
        putNumber(bytes, edit.removedLength);
        putText(bytes, edit.inserted);
        const QByteArray spans = packSpans(edit.insertedSpans);
        putNumber(bytes, spans.size());
        bytes += spans;
    }
    return bytes.size() < kWorthCompressing ? bytes.prepend(kPlain) : qCompress(bytes).prepend(kCompressed);
}

std::optional<UndoStep> unpackStep(const QByteArray& packed) {
    if (packed.isEmpty() || (packed[0] != kPlain && packed[0] != kCompressed))
        return std::nullopt;
    const QByteArray whole = packed[0] == kPlain ? packed.sliced(1) : qUncompress(packed.sliced(1));
    QByteArrayView bytes(whole);
    const auto generation = takeNumber(bytes);
    const auto count = generation ? takeNumber(bytes) : std::nullopt;
    if (!count)
        return std::nullopt;
    UndoStep step;
    step.generation = *generation;
    for (qint64 i = 0; i < *count; ++i) {
        auto edit = takeEdit(bytes);
        if (!edit)
            return std::nullopt;
        step.edits.append(std::move(*edit));
    }
    return bytes.isEmpty() ? std::optional(std::move(step)) : std::nullopt;
}

} // namespace app
