// import_fault.h: why a file cannot be imported.
// Threads: values.
#pragma once

#include <QString>

#include <tl/expected.hpp>

namespace app {

enum class ImportFault {
    Damaged,      // it ends too early, or is not what it says it is
    Encrypted,    // a password or a shop's key is needed
    TooLarge,     // or it would unpack to far more than any book has
    OldWord,      // .doc, whatever the file's name says
    RichText,     // .rtf
    Pdf,          //
    OtherFile,    // an archive or a program's file that holds no text
    PicturesOnly, // there are no words in it
};

template <class T> using ImportResult = tl::expected<T, ImportFault>;

[[nodiscard]] inline tl::unexpected<ImportFault> importFailure(ImportFault fault) {
    return tl::unexpected<ImportFault>(fault);
}

// One sentence that says what to do. `file`: its name, for people.
[[nodiscard]] QString sentenceOf(ImportFault fault, const QString& file);

} // namespace app
