#include "app/spelling/word_encoding.h"

#include <array>

namespace app {

namespace {

// The names that dictionaries use and iconv does not have.
QByteArray iconvName(QByteArray name) {
    const QByteArray lower = name.toLower();
    if (lower.startsWith("microsoft-cp"))
        return "CP" + name.sliced(12);
    if (lower.startsWith("tis620"))
        return "TIS-620";
    return name;
}

std::optional<std::string> converted(iconv_t converter, std::string word) {
    std::array<char, 1024> out{}; // words have up to some hundred bytes
    char* from = word.data();
    std::size_t left = word.size();
    char* to = out.data();
    std::size_t room = out.size();
    iconv(converter, nullptr, nullptr, nullptr, nullptr);
    if (iconv(converter, &from, &left, &to, &room) != 0) // a character that was only replaced counts, too
        return std::nullopt;
    return std::string(out.data(), out.size() - room);
}

} // namespace

std::unique_ptr<WordEncoding> WordEncoding::open(const QByteArray& name) {
    static const auto kNone = reinterpret_cast<iconv_t>(-1);
    const QByteArray known = iconvName(name);
    const iconv_t fromUtf8 = iconv_open(known.constData(), "UTF-8");
    const iconv_t toUtf8 = iconv_open("UTF-8", known.constData());
    if (fromUtf8 != kNone && toUtf8 != kNone)
        return std::unique_ptr<WordEncoding>(new WordEncoding(fromUtf8, toUtf8));
    for (const iconv_t opened : {fromUtf8, toUtf8})
        if (opened != kNone)
            iconv_close(opened);
    return nullptr;
}

WordEncoding::~WordEncoding() {
    iconv_close(m_fromUtf8);
    iconv_close(m_toUtf8);
}

std::optional<std::string> WordEncoding::encoded(const QString& word) {
    return converted(m_fromUtf8, word.toStdString());
}

std::optional<QString> WordEncoding::decoded(const std::string& word) {
    const auto text = converted(m_toUtf8, word);
    return text ? std::optional(QString::fromStdString(*text)) : std::nullopt;
}

} // namespace app
