#include "engine/backend/cuda_plugin.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>

namespace engine {

namespace {

constexpr const char* kName = "libinkgate_cuda.so";

std::vector<std::filesystem::path> places() {
    if (const char* named = std::getenv("INKGATE_CUDA_PLUGIN"))
        return {named};
    std::error_code error;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
    if (error)
        return {};
    const auto folder = program.parent_path();
    return {folder / kName, folder.parent_path() / "lib" / "inkgate" / kName};
}

Failure unavailable(std::string message) { return failure(ErrorCode::DeviceUnavailable, std::move(message)); }

// It stays loaded until the program ends: backends and states have code in it.
Expected<const CudaPlugin*> load() {
    for (const auto& path : places()) {
        std::error_code error;
        if (!std::filesystem::exists(path, error))
            continue;
        void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (library == nullptr)
            return unavailable("the CUDA library cannot be loaded (" + std::string(dlerror()) + ")");
        using Entry = const CudaPlugin* (*)();
        const auto entry = reinterpret_cast<Entry>(dlsym(library, "inkgate_cuda_plugin"));
        const CudaPlugin* const plugin = entry != nullptr ? entry() : nullptr;
        if (plugin == nullptr || std::string_view(plugin->version) != INKGATE_VERSION)
            return unavailable(
                path.string() +
                " belongs to another version of Inkgate; install inkgate and inkgate-cuda of one "
                "version");
        return plugin;
    }
    return unavailable("Inkgate has no CUDA library here (" + std::string(kName) +
                       "); install the package inkgate-cuda, or build it where the CUDA toolkit is");
}

} // namespace

Expected<const CudaPlugin*> cudaPlugin() {
    static const Expected<const CudaPlugin*> plugin = load();
    return plugin;
}

} // namespace engine
