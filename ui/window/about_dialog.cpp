#include "ui/window/about_dialog.h"

#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QFile>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QIcon>
#include <QLabel>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace ui {

namespace {

QLabel* wrapped(const QString& text) {
    auto* const label = new QLabel(text);
    label->setWordWrap(true);
    return label;
}

// The words of an SPDX expression for readers who never saw one.
QString readable(QString licence) {
    licence.replace(QLatin1String(" OR "), QLatin1String(" or "))
        .replace(QLatin1String(" WITH "), QLatin1String(" with "))
        .replace(QLatin1String("-only"), QString())
        .replace(QLatin1String("-or-later"), QLatin1String("+"));
    if (licence == QLatin1String("blessing"))
        return AboutDialog::tr("Public domain");
    if (licence.startsWith(QLatin1String("LicenseRef-NVIDIA")))
        return AboutDialog::tr("NVIDIA's terms for CUDA");
    return licence;
}

QTreeWidget* partsList() {
    auto* const list = new QTreeWidget;
    list->setObjectName(QStringLiteral("parts"));
    list->setAccessibleName(AboutDialog::tr("Parts of others and their licences"));
    list->setHeaderLabels({AboutDialog::tr("Part"), AboutDialog::tr("Licence"), AboutDialog::tr("What for")});
    list->setRootIsDecorated(false);
    list->setUniformRowHeights(true);
    list->setTabKeyNavigation(false);
    list->setAllColumnsShowFocus(true);
    for (const ProgramPart& part : programParts()) {
        auto* const item = new QTreeWidgetItem(list, {part.name, readable(part.licence), part.purpose});
        item->setToolTip(1, part.licence);
    }
    list->header()->setStretchLastSection(true);
    for (const int column : {0, 1})
        list->resizeColumnToContents(column);
    return list;
}

} // namespace

QList<ProgramPart> programParts() {
    QList<ProgramPart> parts;
    QFile file(QStringLiteral(":/parts.tsv"));
    if (!file.open(QIODevice::ReadOnly))
        return parts;
    for (const QString& line : QString::fromUtf8(file.readAll()).split(u'\n', Qt::SkipEmptyParts)) {
        const QStringList cells = line.split(u'\t');
        if (!line.startsWith(u'#') && cells.size() == 4)
            parts.append({cells[0], cells[1], cells[2]});
    }
    return parts;
}

AboutDialog::AboutDialog(QWidget* parent)
    : QDialog(parent) {
    setWindowTitle(tr("About Inkgate"));
    auto* const sign = new QLabel;
    sign->setPixmap(QIcon(QStringLiteral(":/icons/inkgate.svg")).pixmap(64, 64));
    auto* const name = new QLabel(
        QStringLiteral("<b>Inkgate %1</b>").arg(QCoreApplication::applicationVersion().toHtmlEscaped()));
    auto* const text = wrapped(tr("A writing desk with a language model that lives on this computer, and a "
                                  "window onto what its gates do.\n\n"
                                  "Nothing you write leaves this machine.\n\n"
                                  "Free software under the GNU General Public License, version 3 or later, "
                                  "without any warranty."));
    auto* const words = new QVBoxLayout;
    words->addWidget(name);
    words->addWidget(text);
    auto* const top = new QHBoxLayout;
    top->setSpacing(16);
    top->addWidget(sign, 0, Qt::AlignTop);
    top->addLayout(words, 1);

    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* const layout = new QVBoxLayout(this);
    layout->setSpacing(12);
    layout->addLayout(top);
    layout->addWidget(wrapped(tr("Inkgate stands on these works, with thanks to those who made them (Qt here "
                                 "is %1):")
                                  .arg(QString::fromLatin1(qVersion()))));
    layout->addWidget(partsList(), 1);
    layout->addWidget(wrapped(tr("On Debian the full texts are in /usr/share/common-licenses and in the file "
                                 "“copyright” of each package under /usr/share/doc; the portable archive has "
                                 "them in its folder “licences”.")));
    layout->addWidget(buttons);
    resize(680, 560);
}

void showAbout(QWidget& parent) {
    auto* const dialog = new AboutDialog(&parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

} // namespace ui
