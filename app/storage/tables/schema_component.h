// schema_component.h: the tables of one part of a project, with a version of their own in schema_version.
// project_schema.cpp makes and migrates them all.
// Threads: a value.
#pragma once

#include "engine/trace/migrations.h"

#include <span>
#include <string_view>

namespace app {

struct SchemaComponent {
    std::string_view name; // in schema_version; fixed for ever
    std::span<const engine::Migration> migrations;
};

} // namespace app
