// english_plurals.h: English for counted words: "%n token(s)" becomes "1 token" or "12 tokens". Stands in
// where no translation file has the forms of its language.
// Threads: any.
#pragma once

#include <QTranslator>

namespace ui {

class EnglishPlurals : public QTranslator {
    Q_OBJECT

public:
    using QTranslator::QTranslator;

    [[nodiscard]] bool isEmpty() const override { return false; }
    [[nodiscard]] QString translate(const char* context, const char* text, const char* disambiguation,
                                    int n) const override;
};

} // namespace ui
