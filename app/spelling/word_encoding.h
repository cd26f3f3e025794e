// word_encoding.h: words in the encoding of a dictionary, by iconv: Hunspell works on the bytes of its files.
// Threads: one at a time.
#pragma once

#include <QByteArray>
#include <QString>

#include <iconv.h>

#include <memory>
#include <optional>
#include <string>

namespace app {

class WordEncoding {
public:
    // `name`: as a dictionary's SET has it: UTF-8, ISO8859-15, KOI8-R, microsoft-cp1251. Null if there is no
    // such encoding here.
    [[nodiscard]] static std::unique_ptr<WordEncoding> open(const QByteArray& name);
    ~WordEncoding();
    Q_DISABLE_COPY_MOVE(WordEncoding)

    // Nothing if the word has characters that the encoding lacks, or bytes that mean none.
    [[nodiscard]] std::optional<std::string> encoded(const QString& word);
    [[nodiscard]] std::optional<QString> decoded(const std::string& word);

private:
    WordEncoding(iconv_t fromUtf8, iconv_t toUtf8)
        : m_fromUtf8(fromUtf8)
        , m_toUtf8(toUtf8) {}

    iconv_t m_fromUtf8;
    iconv_t m_toUtf8;
};

} // namespace app
