#include "ui/versions/backup_settings.h"

#include "app/files/file_path.h"
#include "app/preferences/preferences.h"

#include <QBoxLayout>
#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalBlocker>
#include <QSpinBox>

namespace ui {

BackupSettings::BackupSettings(app::Preferences& preferences, QWidget* parent)
    : QWidget(parent)
    , m_preferences(preferences)
    , m_beside(new QRadioButton(tr("In a folder &beside the story")))
    , m_elsewhere(new QRadioButton(tr("In a &folder of your choice:")))
    , m_choose(new QPushButton(tr("&Choose…")))
    , m_folder(new QLabel)
    , m_copies(new QSpinBox)
    , m_megabytes(new QSpinBox) {
    build();
    show(m_preferences.backups());
    connect(&m_preferences, &app::Preferences::backupsChanged, this, &BackupSettings::show);
    connect(m_beside, &QRadioButton::clicked, this, [this] { useFolder({}); });
    connect(m_elsewhere, &QRadioButton::clicked, this, &BackupSettings::chooseFolder);
    connect(m_choose, &QPushButton::clicked, this, &BackupSettings::chooseFolder);
    for (QSpinBox* const box : {m_copies, m_megabytes})
        connect(box, &QSpinBox::editingFinished, this, &BackupSettings::store);
}

void BackupSettings::build() {
    constexpr int kMostCopies = 999;
    constexpr int kMostMegabytes = 999'999;
    m_beside->setObjectName(QStringLiteral("backupsBeside"));
    m_elsewhere->setObjectName(QStringLiteral("backupsElsewhere"));
    m_choose->setObjectName(QStringLiteral("backupsChoose"));
    m_choose->setAutoDefault(false);
    m_folder->setObjectName(QStringLiteral("backupsFolder"));
    m_folder->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_folder->setWordWrap(true);
    m_copies->setObjectName(QStringLiteral("backupsCopies"));
    m_copies->setRange(0, kMostCopies);
    m_copies->setSpecialValueText(tr("as their age allows"));
    m_megabytes->setObjectName(QStringLiteral("backupsMegabytes"));
    m_megabytes->setRange(0, kMostMegabytes);
    m_megabytes->setSuffix(tr(" MB"));
    m_megabytes->setSpecialValueText(tr("no limit"));
    auto* const about = new QLabel(
        tr("A copy is made after the first change of a session and then every hour of changes. One per hour "
           "stays for a day, one per day for 30 days, one per week before; the newest always stays."));
    about->setWordWrap(true);
    auto* const place = new QHBoxLayout;
    place->addWidget(m_elsewhere);
    place->addWidget(m_choose);
    place->addStretch(1);
    auto* const form = new QFormLayout;
    form->addRow(tr("Keep no more &copies than:"), m_copies);
    form->addRow(tr("All copies of a story take at &most:"), m_megabytes);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(about);
    layout->addWidget(m_beside);
    layout->addLayout(place);
    layout->addWidget(m_folder);
    layout->addLayout(form);
}

void BackupSettings::show(const app::BackupOptions& options) {
    const QSignalBlocker copies(m_copies);
    const QSignalBlocker megabytes(m_megabytes);
    (options.folder.isEmpty() ? m_beside : m_elsewhere)->setChecked(true);
    m_folder->setText(app::readablePath(options.folder));
    m_folder->setVisible(!options.folder.isEmpty());
    m_copies->setValue(options.mostCopies);
    m_megabytes->setValue(static_cast<int>(options.mostMegabytes));
}

void BackupSettings::useFolder(const QString& folder) {
    app::BackupOptions options = m_preferences.backups();
    options.folder = folder;
    m_preferences.setBackups(options);
    show(options);
}

void BackupSettings::store() {
    app::BackupOptions options = m_preferences.backups();
    options.mostCopies = m_copies->value();
    options.mostMegabytes = m_megabytes->value();
    m_preferences.setBackups(options);
}

void BackupSettings::chooseFolder() {
    auto* const dialog =
        new QFileDialog(this, tr("Folder for backup copies"), m_preferences.backups().folder);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, &BackupSettings::useFolder);
    connect(dialog, &QDialog::rejected, this, [this] { show(m_preferences.backups()); });
    dialog->open();
}

} // namespace ui
