// selftest_command.cpp: `inkgate-cli selftest` holds a device against the processor.
#include "engine/backend/cpu_backend.h"
#include "engine/backend/cuda_plugin.h"
#include "engine/cli/commands/commands.h"
#include "engine/cli/options/seed_option.h"
#include "engine/cli/output/json_output.h"
#include "engine/selftest/selftest.h"

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <vector>

namespace engine {

namespace {

struct SelftestCommandOptions {
    Seed seed{1};
    std::vector<std::string> only;
    bool isQuick = false;
};

// What is tested, and how it is opened.
struct TestedDevice {
    std::string name;
    OpenDevice open;
};

Expected<TestedDevice> cudaDevice() {
    const auto plugin = cudaPlugin();
    if (!plugin)
        return failure(plugin.error());
    const auto devices = (*plugin)->devices();
    if (!devices)
        return failure(devices.error());
    const auto device =
        std::ranges::find_if(*devices, [](const CudaDevice& found) { return found.unusable.empty(); });
    if (device == devices->end())
        return failure(ErrorCode::DeviceUnavailable,
                       devices->empty() ? "there is no NVIDIA GPU"
                                        : devices->front().name + ": " + devices->front().unusable);
    const int index = static_cast<int>(device - devices->begin());
    return TestedDevice{device->name, [open = (*plugin)->open, index] { return open(index); }};
}

// A second processor backend, with as many threads as the machine has, against the one with a single thread.
TestedDevice processorDevice(const CommandContext& context) {
    return {"processor", [pool = context.makePool()]() -> Expected<std::unique_ptr<Backend>> {
                return std::make_unique<CpuBackend>(pool);
            }};
}

void printLine(const SelftestResult& result) {
    std::cout << std::left << std::setw(20) << result.operation << std::setw(58) << result.shape
              << std::scientific << std::setprecision(1) << " error " << result.largestError << "  bound "
              << result.bound << (result.passed() ? "  ok" : "  FAILED: " + result.failure) << std::endl;
}

Json toJson(const SelftestResult& result) {
    Json line{{"operation", result.operation},
              {"shape", result.shape},
              {"error", result.largestError},
              {"bound", result.bound},
              {"passed", result.passed()}};
    if (!result.passed())
        line["failure"] = result.failure;
    return line;
}

Expected<void> selftest(const SelftestCommandOptions& options, const CommandContext& context) {
    const auto device =
        context.device == "cpu" ? Expected<TestedDevice>(processorDevice(context)) : cudaDevice();
    if (!device)
        return failure(device.error(), "there is no device to test");
    SelftestOptions test;
    test.seed = options.seed.value;
    test.isQuick = options.isQuick;
    test.stop = context.stop;
    if (!options.only.empty())
        test.wanted = [&](std::string_view operation) {
            return std::ranges::find(options.only, operation) != options.only.end();
        };
    Json results = Json::array();
    if (!context.json)
        std::cout << device->name << " against the processor, seed " << options.seed.value << std::endl;
    const auto counts = runSelftest(device->open, test, [&](const SelftestResult& result) {
        if (context.json)
            results.push_back(toJson(result));
        else
            printLine(result);
    });
    if (!counts)
        return failure(counts.error());
    if (context.json)
        printJson({{"device", device->name},
                   {"seed", options.seed.value},
                   {"passed", counts->passed},
                   {"failed", counts->failed},
                   {"results", std::move(results)}});
    else
        std::cout << counts->passed << " passed, " << counts->failed << " failed\n";
    if (counts->failed > 0)
        return failure(ErrorCode::Internal, std::to_string(counts->failed) + " of " +
                                                std::to_string(counts->passed + counts->failed) +
                                                " results of " + device->name +
                                                " differ from the processor's; it is not to be trusted");
    return {};
}

} // namespace

void addSelftestCommand(CLI::App& app, CommandContext& context) {
    auto options = std::make_shared<SelftestCommandOptions>();
    CLI::App* command =
        addSubcommand(app, context, "selftest", "Hold a GPU's results against the processor's");
    command->get_option("--device")->description("What to test; auto: cuda")->default_str("cuda");
    const auto operations = selftestOperations();
    command->add_option("--only", options->only, "Operations, with commas between")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->check(CLI::IsMember(std::vector<std::string>(operations.begin(), operations.end())));
    addSeedOption(*command, options->seed, "Of the random inputs");
    command->add_flag("--quick", options->isQuick, "Leave out large shapes and most models");
    command->callback([options, &context] {
        context.action = [options, &context] { return selftest(*options, context); };
    });
}

} // namespace engine
