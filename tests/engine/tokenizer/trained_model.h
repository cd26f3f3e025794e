// trained_model.h: small sentencepiece models, trained in the test from text that is written here.
#pragma once

#include "engine/core/random.h"
#include "engine/tokenizer/sentencepiece_training.h"

#include <QFile>
#include <QString>
#include <QTemporaryDir>

#include <string>

namespace test {

// Paragraphs of invented sentences, some 40 bytes each: enough for some hundred pieces, different for each
// seed.
inline std::string storyText(int paragraphs, std::uint64_t seed) {
    const char* const words[] = {"the",        "old",    "house",     "by",     "river",     "waited",
                                 "for",        "rain",   "and",       "nobody", "came",      "until",
                                 "night",      "moved",  "over",      "its",    "windows",   "like",
                                 "water",      "she",    "said",      "don't",  "caf\u00E9", "lantern",
                                 "whispering", "winter", "forgotten", "garden"};
    engine::Random random(seed);
    std::string text;
    for (int i = 0; i < paragraphs; ++i) {
        text += random.below(3) ? "The" : "\"I";
        for (std::uint64_t n = 4 + random.below(6); n > 0; --n)
            text += std::string(" ") + words[random.below(std::size(words))];
        text += random.below(4) ? ".\n\n" : " \u2014 so.\"\r\n\n";
    }
    return text;
}

inline bool writeFile(const QString& path, const std::string& content) {
    QFile file(path);
    return file.open(QIODevice::WriteOnly) &&
           file.write(content.data(), qsizetype(content.size())) == qsizetype(content.size());
}

inline std::string readFile(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
}

} // namespace test
