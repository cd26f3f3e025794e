// step_codec.h: an undo step as bytes in the project file; see docs/formats/project.md, undo_step.
// Threads: pure functions.
#pragma once

#include "app/document/undo_steps.h"

#include <QByteArray>

#include <optional>

namespace app {

[[nodiscard]] QByteArray packStep(const UndoStep& step);
// Nothing if the bytes are no step.
[[nodiscard]] std::optional<UndoStep> unpackStep(const QByteArray& bytes);

} // namespace app
