#include "app/exchange/import_fault.h"

#include <QCoreApplication>

namespace app {

QString sentenceOf(ImportFault fault, const QString& file) {
    const auto tr = [&file](const char* text) {
        return QCoreApplication::translate("app::ImportFault", text).arg(file);
    };
    switch (fault) {
    case ImportFault::Encrypted:
        return tr(
            "“%1” is locked with a password or a copy protection. Save it without in the program it came "
            "from and import it again.");
    case ImportFault::TooLarge:
        return tr(
            "“%1” is too large, or packed in a way that no book is. Save its text alone and import that.");
    case ImportFault::OldWord:
        return tr(
            "“%1” is an old Word document (.doc). Save it as .docx or .odt in a word processor and import "
            "that.");
    case ImportFault::RichText:
        return tr(
            "“%1” is a rich text file (.rtf). Save it as .docx or .odt in a word processor and import that.");
    case ImportFault::Pdf:
        return tr(
            "“%1” is a PDF, which holds pages and no running text. Import the document it was made from.");
    case ImportFault::OtherFile:
        return tr(
            "“%1” holds no story that Inkgate can read. Choose a txt, md, docx, odt, html or epub file.");
    case ImportFault::PicturesOnly:
        return tr("“%1” has no words in it, only pictures or nothing. Choose a file with the text itself.");
    case ImportFault::Damaged: break;
    }
    return tr("“%1” is damaged or not complete. Copy or download it again, or save it anew in the program it "
              "came from.");
}

} // namespace app
