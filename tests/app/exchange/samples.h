// samples.h: texts for the tests of app/exchange.
#pragma once

#include <QString>

namespace app::samples {

// All that a format has to keep, paragraphs parted by blank lines.
inline QString wholeStory() {
    return QStringLiteral(
        "# The Ferry *House*\n\nThe rain had *settled* upon the **marsh**, and it was ***late***.\n\n"
        "“Two stars: 2 * 3 * 4,” said _snake_case_; `code` <b>bold</b> &amp; C:\\new.\n\n"
        "* * *\n\n## Chapter *two*, **bold**\n\n> A letter, *dear* aunt.\n>\n> Yours, L.\n\n"
        "Line one of a verse\nline two of it\n\n\n\nAfter three blank lines.\n\n***\n\n"
        "\tA tab, two  spaces,   three, 😀 and שלום עולם.\n\nשלום *עולם* אמר.\n\n#\n\n"
        "**Bold *and italic* here**, *em **both***.\n\n\\* escaped \\*stars\\*\n\n###### Deep\n\nEnd.");
}

// Paragraphs that end with their lines.
inline QString lineStory() {
    return QStringLiteral(
        "# One\n\nFirst line.\n“Second,” she *said*.\nThird.\n\nAfter a gap.\n***\nTight.\n# Two\nNo gap.\n");
}

} // namespace app::samples
