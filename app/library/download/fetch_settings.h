// fetch_settings.h: how patiently a file is fetched. Tests use shorter times and a disk of their own.
// Threads: values; the functions are called in the thread that fetches.
#pragma once

#include <QString>

#include <functional>

namespace app {

struct FetchSettings {
    int stallMs = 30'000;    // without a byte, until the connection is given up
    int firstWaitMs = 1'000; // before the next try; doubles with each that brings nothing
    int longestWaitMs = 30'000;
    int mostTries = 8;                               // in a row that bring nothing
    qint64 spareBytes = qint64{200} << 20;           // of the disk that stay free
    std::function<qint64(const QString&)> freeBytes; // of the disk with this folder; empty: asks the system
    // Whether a file whose SHA-256 nobody knows is a model: the sentence that says why not, else empty.
    // Empty: checkModelFile().
    std::function<QString(const QString&)> checkModel;
};

// Whether the engine would load it, from what the file says of its tensors.
[[nodiscard]] QString checkModelFile(const QString& path);

} // namespace app
