// docx_body.h: the body of a Word document (document.xml) becomes blocks of a story; what of it is no text is
// counted and left out.
// Threads: pure function.
#pragma once

#include "app/exchange/docx/docx_numbering.h"
#include "app/exchange/docx/docx_styles.h"
#include "app/exchange/story/story_builder.h"

#include <QByteArray>
#include <QHash>

#include <optional>

namespace app {

// `separation`: how Inkgate, if it wrote the file, kept the paragraphs apart. Nothing if the file breaks off
// or is no document.
[[nodiscard]] std::optional<ImportedStory> readDocxBody(const QByteArray& documentXml,
                                                        QHash<QString, DocxStyle> styles,
                                                        DocxNumbering numbering,
                                                        std::optional<Separation> separation);

} // namespace app
