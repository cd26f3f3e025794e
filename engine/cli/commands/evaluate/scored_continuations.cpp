#include "engine/cli/commands/evaluate/scored_continuations.h"

#include "engine/cli/commands/evaluate/figures_json.h"
#include "engine/cli/commands/evaluate/figures_table.h"
#include "engine/cli/commands/evaluate/prompt_file.h"

#include <algorithm>
#include <iostream>

namespace engine {

namespace {

// What one model wrote in one way.
struct Group {
    std::string model, decoding;
    std::vector<std::string> continuations, references;

    [[nodiscard]] std::string label() const {
        return model.empty() || decoding.empty() ? model + decoding : model + ", " + decoding;
    }
};

std::vector<Group> grouped(std::vector<ScoredContinuation> all) {
    std::vector<Group> groups;
    for (ScoredContinuation& one : all) {
        auto group = std::ranges::find_if(groups, [&](const Group& known) {
            return known.model == one.model && known.decoding == one.decoding;
        });
        if (group == groups.end())
            group = groups.insert(group, {one.model, one.decoding, {}, {}});
        group->continuations.push_back(std::move(one.continuation));
        group->references.push_back(std::move(one.reference));
    }
    return groups;
}

} // namespace

Expected<void> scoreContinuations(const EvaluateOptions& options, const CommandContext& context) {
    auto all = readContinuations(options.continuations);
    if (!all)
        return failure(std::move(all.error()));
    std::vector<std::string> labels;
    std::vector<GenerationScores> scores;
    Json documents = Json::array();
    for (const Group& group : grouped(std::move(*all))) {
        labels.push_back(group.label());
        scores.push_back(scoreGenerations(group.continuations, group.references, options.bootstrap));
        Json document{{"model", group.model}, {"decoding", group.decoding}};
        document.update(toJson(scores.back()));
        documents.push_back(std::move(document));
    }
    if (!context.json)
        std::cout << inColumns(scoresTable(labels, scores));
    else if (documents.size() == 1)
        printJson(documents.front());
    else
        printJson({{"groups", documents}});
    return {};
}

} // namespace engine
