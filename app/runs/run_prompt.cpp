#include "app/runs/run_prompt.h"

#include "app/document/packed_bytes.h"
#include "app/document/utf8_text.h"

namespace app {

namespace {

constexpr int kFastCompression = 1;

} // namespace

RunPrompt RunPrompt::endOf(const QString& whole) {
    RunPrompt prompt;
    prompt.m_text = whole.size() > kKeptUnits ? whole.last(kKeptUnits) : whole;
    if (prompt.m_text.size() < whole.size() && prompt.m_text.front().isLowSurrogate())
        prompt.m_text.remove(0, 1);
    return prompt;
}

RunPrompt RunPrompt::without(const QString& whole, qsizetype position, qsizetype length) {
    RunPrompt prompt;
    prompt.m_text = QString(whole).remove(position, length);
    return prompt;
}

RunPrompt RunPrompt::fromPacked(const QByteArray& packed) {
    RunPrompt prompt;
    prompt.m_packed = packed;
    return prompt;
}

QString RunPrompt::text() const {
    return m_packed.isEmpty() ? m_text : fromUtf8(unpackBytes(m_packed).value_or(QByteArray()).toStdString());
}

QByteArray RunPrompt::packed() const {
    return m_text.isEmpty() ? m_packed : qCompress(m_text.toUtf8(), kFastCompression);
}

bool RunPrompt::operator==(const RunPrompt& other) const {
    return (m_text == other.m_text && m_packed == other.m_packed) || text() == other.text();
}

} // namespace app
