#include "engine/runtime/devices.h"

#include "engine/model/state_layout.h"
#include "engine/model/weights.h"

#include <algorithm>

namespace engine {

namespace {

// What the libraries, recorded steps and rounding to whole pages take beside what is counted.
constexpr std::size_t kReserve = std::size_t{256} << 20;
// Of a text read at once, and rows of float32 of the stream's width that a token has then; both with a
// margin.
constexpr std::size_t kChunkTokens = 2048;
constexpr std::size_t kRowsPerToken = 26;
constexpr std::size_t kStates = 8;

struct DeviceSizes {
    std::size_t layer = 0;   // weights of one
    std::size_t head = 0;    // weights
    std::size_t working = 0; // embedding, working memory, states
};

// Of one long text, in all sparse blocks.
std::size_t pageFloats(const ModelConfig& config) {
    if (config.sparse.blocks == 0)
        return 0;
    constexpr int kUsualLimit = 65536;
    const int pages =
        (config.sparse.cacheLimit > 0 ? config.sparse.mostChunks() : kUsualLimit / config.sparse.chunk) + 1;
    return static_cast<std::size_t>(config.sparse.blocks) * static_cast<std::size_t>(pages) *
           attentionShape(config).pageFloats();
}

DeviceSizes sizesOf(const Model& model) {
    const ModelConfig& config = model.config();
    const ModelWeights& weights = model.weights();
    const auto layers = static_cast<std::size_t>(config.layers);
    const auto width = static_cast<std::size_t>(config.width);
    DeviceSizes sizes;
    sizes.head = weights.head.byteSize();
    sizes.layer = (static_cast<std::size_t>(model.bytesPerToken()) - sizes.head) / layers;
    const std::size_t rows =
        kChunkTokens * (kRowsPerToken * width + static_cast<std::size_t>(config.feedForward));
    const std::size_t states = kStates * StateLayout(config).size();
    sizes.working =
        weights.embedding.byteSize() + (rows + states + pageFloats(config)) * sizeof(float) + kReserve;
    return sizes;
}

std::string gigabytes(std::size_t bytes) {
    const std::size_t tenths = (bytes + 50'000'000) / 100'000'000;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " GB";
}

// The usable device with the most free memory.
Expected<int> bestDevice(const std::vector<CudaDevice>& devices) {
    int best = -1;
    std::string reasons;
    for (std::size_t i = 0; i < devices.size(); ++i) {
        if (!devices[i].unusable.empty())
            reasons += (reasons.empty() ? "" : "; ") + devices[i].name + ": " + devices[i].unusable;
        else if (best < 0 || devices[i].freeBytes > devices[static_cast<std::size_t>(best)].freeBytes)
            best = static_cast<int>(i);
    }
    if (best < 0)
        return failure(ErrorCode::DeviceUnavailable, reasons);
    return best;
}

Expected<OpenedSession> openOnDevice(const std::shared_ptr<const Model>& model,
                                     const std::shared_ptr<ThreadPool>& pool) {
    const auto plugin = cudaPlugin();
    if (!plugin)
        return failure(plugin.error());
    const auto devices = (*plugin)->devices();
    if (!devices)
        return failure(devices.error());
    const auto index = bestDevice(*devices);
    if (!index)
        return failure(index.error());
    const CudaDevice& device = (*devices)[static_cast<std::size_t>(*index)];
    const int layers = model->config().layers;
    const int fitting = layersThatFit(*model, device.freeBytes);
    const std::string sizes = "the model takes " + gigabytes(deviceBytes(*model)) + ", " + device.name +
                              " has " + gigabytes(device.freeBytes) + " free";
    if (fitting == 0)
        return failure(ErrorCode::DeviceUnavailable,
                       sizes + ", too little for a single layer; close what else uses it, or choose q4");
    auto backend = (*plugin)->open(*index);
    if (!backend)
        return failure(std::move(backend.error()));
    OpenedSession opened;
    opened.device = device.name;
    opened.deviceIndex = *index;
    opened.deviceLayers = fitting;
    if (fitting == layers) {
        opened.session = std::make_unique<Session>(model, std::move(*backend));
    } else {
        opened.session = std::make_unique<Session>(model, std::move(*backend), fitting, pool);
        opened.note = sizes + ": " + std::to_string(fitting) + " of " + std::to_string(layers) +
                      " layers run on the device, the rest on the processor";
    }
    return opened;
}

} // namespace

std::size_t deviceBytes(const Model& model) {
    const DeviceSizes sizes = sizesOf(model);
    return static_cast<std::size_t>(model.config().layers) * sizes.layer + sizes.head + sizes.working;
}

int layersThatFit(const Model& model, std::size_t freeBytes) {
    const int layers = model.config().layers;
    if (deviceBytes(model) <= freeBytes)
        return layers;
    const DeviceSizes sizes = sizesOf(model);
    if (freeBytes < sizes.working || layers < 2)
        return 0;
    const std::size_t fitting = (freeBytes - sizes.working) / std::max<std::size_t>(sizes.layer, 1);
    return static_cast<int>(std::min(fitting, static_cast<std::size_t>(layers - 1)));
}

Expected<OpenedSession> openSession(const std::shared_ptr<const Model>& model,
                                    const std::shared_ptr<ThreadPool>& pool, DeviceChoice choice) {
    OpenedSession onProcessor;
    onProcessor.device = "cpu";
    if (choice != DeviceChoice::Cpu) {
        auto opened = openOnDevice(model, pool);
        if (opened || choice == DeviceChoice::Cuda)
            return opened;
        onProcessor.note = opened.error().message;
    }
    onProcessor.session = std::make_unique<Session>(model, pool);
    return onProcessor;
}

} // namespace engine
