#include "ui/exchange/details_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace ui {

namespace {

// By name, each language once.
QList<QPair<QString, QString>> languages() {
    QList<QPair<QString, QString>> all;
    for (const QLocale& locale :
         QLocale::matchingLocales(QLocale::AnyLanguage, QLocale::AnyScript, QLocale::AnyCountry)) {
        const QString code = QLocale(locale.language()).bcp47Name().section(u'-', 0, 0);
        const QPair<QString, QString> entry{QLocale::languageToString(locale.language()), code};
        if (locale.language() != QLocale::C && !all.contains(entry))
            all.append(entry);
    }
    std::ranges::sort(all);
    return all;
}

} // namespace

DetailsDialog::DetailsDialog(const app::StoryDetails& details, const QString& acceptText, QWidget* parent)
    : QDialog(parent)
    , m_title(new QLineEdit(details.title))
    , m_author(new QLineEdit(details.author))
    , m_language(new QComboBox) {
    setWindowTitle(tr("About the story"));
    m_title->setObjectName(QStringLiteral("title"));
    m_author->setObjectName(QStringLiteral("author"));
    m_language->setObjectName(QStringLiteral("language"));
    m_language->addItem(tr("Not specified"), QString());
    for (const auto& [name, code] : languages())
        m_language->addItem(name, code);
    if (!details.language.isEmpty() && m_language->findData(details.language) < 0)
        m_language->addItem(details.language, details.language);
    m_language->setCurrentIndex(std::max(0, m_language->findData(details.language)));
    auto* const form = new QFormLayout;
    form->addRow(tr("&Title:"), m_title);
    form->addRow(tr("&Author:"), m_author);
    form->addRow(tr("&Language:"), m_language);
    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    buttons->button(QDialogButtonBox::Ok)->setText(acceptText);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* const layout = new QVBoxLayout(this);
    layout->addLayout(form);
    layout->addWidget(buttons);
    m_title->selectAll();
    m_title->setMinimumWidth(fontMetrics().averageCharWidth() * 44);
}

app::StoryDetails DetailsDialog::details() const {
    return {m_title->text().trimmed(), m_author->text().trimmed(), m_language->currentData().toString()};
}

} // namespace ui
