#include "app/reading/reading_settings.h"

#include <algorithm>

namespace app {

int Lorebook::mostOf(const QString& group) const {
    const auto found = std::ranges::find(groups, group, &LoreGroup::name);
    return found == groups.end() ? 0 : found->most;
}

void Lorebook::setMost(const QString& group, int most) {
    groups.removeIf([&group](const LoreGroup& known) { return known.name == group; });
    if (most > 0 && !group.isEmpty())
        groups.append({group, most});
}

} // namespace app
