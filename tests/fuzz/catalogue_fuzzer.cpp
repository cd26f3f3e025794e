// catalogue_fuzzer.cpp: any bytes as a catalogue of models: a sentence, or models that are written and read
// back as themselves, whose names lead to no other folder.
#include "app/library/catalogue.h"
#include "app/library/estimate.h"

#include <cstdint>
#include <cstdlib>

using namespace app;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const QByteArray bytes(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    const QString name = QStringLiteral("catalogue.json");
    const auto read = readCatalogue(bytes, name);
    if (!read) {
        if (read.error().isEmpty())
            std::abort();
        return 0;
    }
    const auto again = readCatalogue(writeCatalogue(*read), name);
    if (!again || again->models != read->models)
        std::abort();
    for (const RemoteModel& model : read->models) {
        if (model.file.name.contains(u'/') || model.file.sha256.size() != 64 || model.file.bytes <= 0)
            std::abort();
        (void)estimateOf(model, {qint64{8} << 30, 10});
    }
    return 0;
}
