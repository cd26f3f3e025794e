// word_owners.h: whose words a text is made of. A word is whose first letter it is.
// Threads: pure functions.
#pragma once

#include "app/document/spanned_text.h"

namespace app {

struct WordOwners {
    int own = 0;   // typed by the writer
    int model = 0; // generated; what was imported is nobody's

    WordOwners& operator+=(const WordOwners& other) {
        own += other.own;
        model += other.model;
        return *this;
    }
    friend WordOwners operator-(const WordOwners& one, const WordOwners& other) {
        return {one.own - other.own, one.model - other.model};
    }
    bool operator==(const WordOwners&) const = default;
};

// `spans` cover the text.
[[nodiscard]] WordOwners countOwners(QStringView text, const QList<Span>& spans);

// What an edit changed, `story` being what it led to; the words it touches are looked at as a whole.
// `isAlone`: no other edit of the same step came after it.
[[nodiscard]] WordOwners ownersChanged(const SpannedText& story, const TextEdit& edit,
                                       const TextEdit& inverse, bool isAlone);

} // namespace app
