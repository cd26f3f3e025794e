#include "engine/cli/options/session_option.h"

#include <iostream>

namespace engine {

Expected<OpenedSession> openSession(const CommandContext& context, const std::shared_ptr<const Model>& model,
                                    const std::shared_ptr<ThreadPool>& pool) {
    const DeviceChoice choice = context.device == "cuda"  ? DeviceChoice::Cuda
                                : context.device == "cpu" ? DeviceChoice::Cpu
                                                          : DeviceChoice::Auto;
    auto opened = openSession(model, pool, choice);
    if (!opened && choice == DeviceChoice::Cuda)
        return failure(opened.error().code, "--device cuda: " + opened.error().message);
    if (opened && opened->deviceIndex >= 0 && !opened->note.empty())
        std::cerr << "inkgate-cli: " << opened->note << '\n';
    return opened;
}

} // namespace engine
