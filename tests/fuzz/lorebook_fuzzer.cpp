// lorebook_fuzzer.cpp: any bytes as a lorebook: a sentence, or a book that is written and read back as
// itself, and can be searched with whatever expressions are in it.
#include "app/reading/lore_search.h"
#include "app/reading/lorebook_file.h"

#include <cstdint>
#include <cstdlib>

using namespace app;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const QByteArray bytes(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    const QString name = QStringLiteral("book.json");
    const auto read = readLorebook(bytes, name);
    if (!read) {
        if (read.error().isEmpty())
            std::abort();
        return 0;
    }
    const auto again = readLorebook(writeLorebook(read->book), name);
    if (!again || again->book != read->book)
        std::abort();
    (void)findLore(read->book, QStringLiteral("The ferry came over the river.\nNora rowed."));
    return 0;
}
