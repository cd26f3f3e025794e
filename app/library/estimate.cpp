#include "app/library/estimate.h"

namespace app {

namespace {

// Sizes of docs/spec/rwkv-models.md, in squares of the width: all matrices of a layer, and the value matrix
// of channel mixing among them.
struct LayerMatrices {
    double all, value;
};

LayerMatrices matricesOf(const QString& architecture) {
    if (architecture == u"rwkv7")
        return {4 + 8, 4}; // feed-forward width 4 D
    return {5 + 8, 3.5};   // with a gate, a receptance, and a feed-forward width of 3.5 D
}

// Low-rank factors and vectors, as a share of the matrices: published RWKV-7 models have 2 to 4 % of them.
constexpr double kSmallTensors = 1.02;

double gigabytesPerSecond(const DecodeRates& rates, double bitsPerParameter) {
    if (bitsPerParameter > 12)
        return rates.halves;
    return bitsPerParameter > 6.6 ? rates.q8 : rates.q4;
}

// Of the squared relus of random weights half are zero. Trained models have more zeros, so they are a little
// faster.
constexpr double kZeros = 0.5;

// Beside the weights: the states that a session keeps, and the rows of a prompt that is read.
qint64 workingBytes(const RemoteModel& model) {
    constexpr double kProgram = 150e6, kStates = 8, kHeadSize = 64, kRows = 512, kRowsPerToken = 30;
    const double state = model.layers * (kHeadSize + 2.0) * model.width;
    return qint64(kProgram + sizeof(float) * (kStates * state + kRows * kRowsPerToken * model.width));
}

MemoryFit fitOf(qint64 needed, qint64 free) {
    if (needed < 0 || free < 0)
        return MemoryFit::Unknown;
    if (needed > free)
        return MemoryFit::TooLarge;
    constexpr double kComfort = 0.8; // a writer has a browser open, too
    return double(needed) <= kComfort * double(free) ? MemoryFit::Fits : MemoryFit::Tight;
}

} // namespace

double parametersOf(const RemoteModel& model) {
    if (model.layers <= 0 || model.width <= 0)
        return 0;
    const double width = model.width;
    return 2.0 * model.vocabulary * width +
           kSmallTensors * model.layers * matricesOf(model.architecture).all * width * width;
}

ModelEstimate estimateOf(const RemoteModel& model, const MachineFacts& machine) {
    ModelEstimate estimate;
    if (model.file.bytes <= 0)
        return estimate;
    const double bytes = double(model.file.bytes);
    estimate.memoryBytes = model.file.bytes + workingBytes(model);
    estimate.fit = fitOf(estimate.memoryBytes, machine.freeBytes);
    const double parameters = parametersOf(model);
    if (parameters <= 0)
        return estimate;
    const double width = model.width;
    const double embedding = model.vocabulary * width / parameters;
    const double value = model.layers * matricesOf(model.architecture).value * width * width / parameters;
    estimate.bytesPerToken = bytes * (1 - embedding - kZeros * value);
    estimate.tokensPerSecond =
        1e9 * gigabytesPerSecond(machine.decode, 8 * bytes / parameters) / estimate.bytesPerToken;
    return estimate;
}

} // namespace app
