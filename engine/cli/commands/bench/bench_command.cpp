// bench_command.cpp: `inkgate-cli bench` measures reading, generating and the machine's limits in one
// process.
#include "engine/cli/commands/bench/bench_contexts.h"
#include "engine/cli/commands/bench/bench_measurement.h"
#include "engine/cli/commands/bench/random_model_spec.h"
#include "engine/cli/commands/commands.h"
#include "engine/cli/options/model_options.h"
#include "engine/cli/output/json_output.h"

#include <cstdio>
#include <memory>
#include <string>

namespace engine {

namespace {

void printTable(const Json& result) {
    const auto number = [&](const char* key) {
        return result[key].is_null() ? 0.0 : result[key].get<double>();
    };
    const auto device = result["device"].get<std::string>();
    std::printf("%s, enhancement %s, %s, %.1f million parameters, %s\n",
                result["model"].get<std::string>().c_str(), result["enhancement"].get<std::string>().c_str(),
                result["type"].get<std::string>().c_str(), number("parameters") / 1e6,
                device == "cpu" ? (result["threads"].dump() + " threads").c_str() : device.c_str());
    std::printf("load        %.2f s, peak memory %.0f MB\n", number("load_seconds"), number("peak_rss_mb"));
    std::printf("prefill     %.1f tokens/s: %.1f GFLOP/s of %.1f (%s), %.0f %%\n",
                number("prefill_tokens_per_second"), number("prefill_gflops"), number("matrix_gflops"),
                result["matrix_type"].get<std::string>().c_str(), 100 * number("matrix_share"));
    std::printf("decode      %.1f tokens/s: %.1f MB per token, %.2f GB/s of %.2f, %.0f %%\n",
                number("decode_tokens_per_second"), number("bytes_per_token") / 1e6,
                number("decode_gb_per_second"), number("bandwidth_gb_per_second"),
                100 * number("bandwidth_share"));
    if (!result["zero_share"].is_null())
        std::printf("zeros       %.0f %% of the squared relus; without leaving them out %.1f MB per token "
                    "(%.0f %%)\n",
                    100 * number("zero_share"), number("dense_bytes_per_token") / 1e6,
                    100 * number("dense_bandwidth_share"));
    if (result.contains("contexts")) {
        std::printf("%10s %12s %14s %10s\n", "context", "prefill s", "decode ms", "cache MB");
        for (const Json& row : result["contexts"])
            std::printf("%10d %12.2f %14.3f %10.1f\n", row["tokens"].get<int>(),
                        row["prefill_seconds"].get<double>(), row["decode_ms_per_token"].get<double>(),
                        row["cache_mb"].get<double>());
    }
    if (result.contains("batch"))
        std::printf("batch       %.1f tokens/s for %d sequences, %.2f times as many as for one\n",
                    number("batch_tokens_per_second"), result["batch"].get<int>(),
                    number("batch_tokens_per_second") / number("decode_tokens_per_second"));
    if (result.contains("trace_cost_share"))
        std::printf("recording   %.1f tokens/s with, %.1f without: costs %.1f %%\n",
                    number("decode_traced_tokens_per_second"), number("decode_untraced_tokens_per_second"),
                    100 * number("trace_cost_share"));
}

Expected<void> bench(const BenchOptions& options, const CommandContext& context) {
    const auto result = measureBench(options, context);
    if (!result)
        return failure(result.error());
    if (context.json)
        printJson(*result);
    else
        printTable(*result);
    return {};
}

} // namespace

void addBenchCommand(CLI::App& app, CommandContext& context) {
    auto options = std::make_shared<BenchOptions>();
    CLI::App* command =
        addSubcommand(app, context, "bench", "Measure reading, generating and the machine's limits");
    addModelOption(*command, options->model);
    addTypeOption(*command, options->model);
    addSparseAttentionOptions(*command, options->model);
    command
        ->add_option("--gate", options->model.gate,
                     "The enhancement: a gate as elsewhere; with --random a kind, such as adaptive")
        ->capture_default_str();
    command
        ->add_option("--random", options->random,
                     "Random weights instead of a model, such as rwkv6:24x2048:65536")
        ->excludes("--model");
    command->add_option("--prefill", options->prefill, "Tokens to read at once")
        ->check(CLI::Range(1, 1 << 20))
        ->capture_default_str();
    command->add_option("--decode", options->decode, "Tokens to generate one by one")
        ->check(CLI::Range(1, 1 << 20))
        ->capture_default_str();
    command
        ->add_option("--contexts", options->contexts,
                     "Also read and generate behind texts of so many tokens, such as 8192,65536,1048576")
        ->delimiter(',')
        ->check(CLI::Range(1, 1 << 24));
    command->add_option("--batch", options->batch, "Also generate for so many sequences at once")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    command->add_flag("--read-zeros", options->readsZeros,
                      "Do not leave out channel mixing's weights of zeros, as a dense floor to compare with");
    command->add_flag("--trace", options->withTrace, "Also measure what recording the gates costs");
    command->callback([options, &context] {
        if (!options->random.empty())
            if (const auto config = parseRandomModel(options->random, options->model.gate); !config)
                throw CLI::ValidationError("--random", config.error().message);
        if (const auto checked = checkContexts(options->contexts); !checked)
            throw CLI::ValidationError("--contexts", checked.error().message);
        context.action = [options, &context] { return bench(*options, context); };
    });
}

} // namespace engine
