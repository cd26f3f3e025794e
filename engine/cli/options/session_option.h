// session_option.h: --device at work: a session on what it names.
#pragma once

#include "engine/cli/commands/commands.h"
#include "engine/runtime/devices.h"

#include <memory>

namespace engine {

// What is to be said about the choice goes to standard error, but for what everybody has: no device. Errors:
// those of openSession().
[[nodiscard]] Expected<OpenedSession> openSession(const CommandContext& context,
                                                  const std::shared_ptr<const Model>& model,
                                                  const std::shared_ptr<ThreadPool>& pool);
[[nodiscard]] inline Expected<OpenedSession> openSession(const CommandContext& context,
                                                         const std::shared_ptr<const Model>& model) {
    return openSession(context, model, context.makePool());
}

} // namespace engine
