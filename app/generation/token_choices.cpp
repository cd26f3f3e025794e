#include "app/generation/token_choices.h"

#include <QDataStream>
#include <QIODevice>
#include <QStringDecoder>

#include <algorithm>

namespace app {

namespace {

constexpr int kMostBytes = 255; // of a token that is kept; those of vocabularies are up to 128 long

void prepare(QDataStream& stream) {
    stream.setVersion(QDataStream::Qt_6_0);
    stream.setFloatingPointPrecision(QDataStream::SinglePrecision);
}

} // namespace

QByteArray packChoices(const TokenChoices& choices) {
    QByteArray packed;
    QDataStream stream(&packed, QIODevice::WriteOnly);
    prepare(stream);
    const auto repeated = static_cast<quint8>(std::min(choices.repeatedBytes, kMostBytes));
    const auto count = static_cast<quint8>(std::min<qsizetype>(choices.best.size(), kTokenChoices));
    stream << static_cast<quint32>(choices.rank) << choices.logProbability << repeated << count;
    for (const TokenChoice& choice : choices.best.first(count)) {
        const QByteArray bytes = choice.bytes.first(std::min<qsizetype>(choice.bytes.size(), kMostBytes));
        stream << static_cast<quint32>(choice.token) << choice.logProbability
               << static_cast<quint8>(bytes.size());
        stream.writeRawData(bytes.constData(), static_cast<int>(bytes.size()));
    }
    return packed;
}

std::optional<TokenChoices> unpackChoices(const QByteArray& packed) {
    QDataStream stream(packed);
    prepare(stream);
    quint32 rank = 0;
    quint8 repeated = 0;
    quint8 count = 0;
    TokenChoices choices;
    stream >> rank >> choices.logProbability >> repeated >> count;
    choices.rank = static_cast<int>(rank);
    choices.repeatedBytes = repeated;
    for (quint8 i = 0; i < count && stream.status() == QDataStream::Ok; ++i) {
        TokenChoice choice;
        quint32 token = 0;
        quint8 size = 0;
        stream >> token >> choice.logProbability >> size;
        choice.token = static_cast<int>(token);
        choice.bytes.resize(size);
        if (stream.readRawData(choice.bytes.data(), size) != size)
            return std::nullopt;
        choices.best.append(choice);
    }
    if (stream.status() != QDataStream::Ok || !stream.atEnd() || choices.rank < 1)
        return std::nullopt;
    return choices;
}

QString visibleText(const TokenChoice& choice, int repeatedBytes) {
    const QByteArray own = choice.bytes.sliced(std::min<qsizetype>(repeatedBytes, choice.bytes.size()));
    QStringDecoder decode(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    QString text = decode(own);
    if (decode.hasError()) {
        text.clear();
        for (const char byte : own)
            text += QStringLiteral("\\x%1").arg(static_cast<quint8>(byte), 2, 16, QLatin1Char('0')).toUpper();
        return text.replace(u'X', u'x');
    }
    return text.replace(u' ', u'␣').replace(u'\n', u'↵').replace(u'\r', u'↵').replace(u'\t', u'⇥');
}

} // namespace app
