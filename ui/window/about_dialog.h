// about_dialog.h: "About Inkgate": what it is, its version and licence, and the parts of others in it with
// theirs (resources/parts.tsv).
// Threads: GUI thread only; a window of its own, nothing waits for it.
#pragma once

#include <QDialog>
#include <QList>
#include <QString>

namespace ui {

// A library or header of others that is in the program.
struct ProgramPart {
    QString name;
    QString licence; // an SPDX expression
    QString purpose;
};

// As parts.tsv lists them.
[[nodiscard]] QList<ProgramPart> programParts();

class AboutDialog : public QDialog {
    Q_OBJECT

public:
    explicit AboutDialog(QWidget* parent = nullptr);
};

void showAbout(QWidget& parent);

} // namespace ui
