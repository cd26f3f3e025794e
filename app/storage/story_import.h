// story_import.h: a story from a file of any format that Inkgate reads (app/exchange/story_files.h, or plain
// text), as the text of a new project.
// Threads: any; reads a file.
#pragma once

#include "app/exchange/story/formatted_story.h"
#include "app/storage/storage_problem.h"

#include <QString>

namespace app {

struct StoryImport {
    QString text;
    QString title; // the file's name, which the story is called by
    StoryDetails details;
    QString notice; // what the writer should know, or empty: the encoding, and what was left out
};

// Problems: not there, not readable, and all of import_fault.h.
[[nodiscard]] StorageResult<StoryImport> importStory(const QString& path);

} // namespace app
