#include "ui/preferences/appearance_page.h"

#include "ui/editor/origin_legend.h"
#include "ui/theme/typography.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QFontDatabase>
#include <QFormLayout>
#include <QSignalBlocker>
#include <QSpinBox>

#include <algorithm>

namespace ui {

namespace {

constexpr int kSmallestText = 8;
constexpr int kLargestText = 40;
constexpr int kFieldWidth = 280;

QStringList textFaces() {
    QStringList faces;
    for (const QString& family : QFontDatabase::families(QFontDatabase::Latin))
        if (QFontDatabase::isSmoothlyScalable(family) && !QFontDatabase::isPrivateFamily(family))
            faces.append(family);
    return faces;
}

} // namespace

AppearancePage::AppearancePage(app::Preferences& preferences, QAction& toolBar, QWidget* parent)
    : QWidget(parent)
    , m_preferences(preferences)
    , m_toolBar(toolBar)
    , m_theme(new QComboBox)
    , m_face(new QComboBox)
    , m_size(new QSpinBox)
    , m_measure(new QSpinBox)
    , m_origins(new QCheckBox(tr("&Colour the model’s words")))
    , m_legend(new OriginLegend)
    , m_showsToolBar(new QCheckBox(tr("Show a tool &bar"))) {
    build();
    using app::Appearance;
    connect(m_theme, &QComboBox::activated, this, [this] {
        change([](Appearance& to, const AppearancePage& page) {
            to.theme = static_cast<app::Theme>(page.m_theme->currentData().toInt());
        });
    });
    connect(m_face, &QComboBox::activated, this, [this] {
        change([](Appearance& to, const AppearancePage& page) {
            to.fontFamily = page.m_face->currentData().toString();
        });
    });
    connect(m_size, &QSpinBox::valueChanged, this, [this] {
        change([](Appearance& to, const AppearancePage& page) { to.fontSize = page.m_size->value(); });
    });
    connect(m_measure, &QSpinBox::valueChanged, this, [this] {
        change([](Appearance& to, const AppearancePage& page) { to.measure = page.m_measure->value(); });
    });
    connect(m_origins, &QCheckBox::toggled, this, [this] {
        change(
            [](Appearance& to, const AppearancePage& page) { to.showOrigins = page.m_origins->isChecked(); });
    });
    connect(m_showsToolBar, &QCheckBox::clicked, &m_toolBar, &QAction::trigger);
    connect(&m_toolBar, &QAction::toggled, m_showsToolBar, &QCheckBox::setChecked);
    connect(&m_preferences, &app::Preferences::appearanceChanged, this, &AppearancePage::show);
    show();
}

void AppearancePage::build() {
    m_theme->setObjectName(QStringLiteral("preferredTheme"));
    m_theme->addItem(tr("As the system"), static_cast<int>(app::Theme::System));
    m_theme->addItem(tr("Light"), static_cast<int>(app::Theme::Light));
    m_theme->addItem(tr("Dark"), static_cast<int>(app::Theme::Dark));
    m_face->setObjectName(QStringLiteral("preferredFace"));
    m_face->addItem(tr("Best here (%1)").arg(typographyFor({}).font.family()), QString());
    for (const QString& face : textFaces())
        m_face->addItem(face, face);
    m_face->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_face->setToolTip(tr("The typeface of the story; the window keeps its own."));
    m_size->setObjectName(QStringLiteral("preferredSize"));
    m_size->setRange(kSmallestText, kLargestText);
    m_size->setSuffix(tr(" points"));
    m_measure->setObjectName(QStringLiteral("preferredMeasure"));
    m_measure->setRange(45, 110);
    m_measure->setSuffix(tr(" characters"));
    m_measure->setToolTip(tr("How long the lines of the page are. Lines of 60 to 75 characters read best."));
    m_origins->setObjectName(QStringLiteral("preferredOrigins"));
    m_showsToolBar->setObjectName(QStringLiteral("preferredToolBar"));
    for (QWidget* const field : std::initializer_list<QWidget*>{m_theme, m_face, m_size, m_measure})
        field->setFixedWidth(kFieldWidth);
    auto* form = new QFormLayout(this);
    form->setContentsMargins(0, 0, 0, 0);
    form->setVerticalSpacing(10);
    form->setHorizontalSpacing(18);
    form->addRow(tr("&Theme"), m_theme);
    form->addRow(tr("Text &face"), m_face);
    form->addRow(tr("Text &size"), m_size);
    form->addRow(tr("&Line length"), m_measure);
    form->addRow(QString(), m_origins);
    form->addRow(QString(), m_legend);
    form->addRow(QString(), m_showsToolBar);
}

void AppearancePage::setColours(const Colours& colours) { m_legend->setColours(colours); }

void AppearancePage::change(void (*part)(app::Appearance& appearance, const AppearancePage& page)) {
    app::Appearance appearance = m_preferences.appearance();
    part(appearance, *this);
    m_preferences.setAppearance(appearance);
}

void AppearancePage::show() {
    const app::Appearance& appearance = m_preferences.appearance();
    const QSignalBlocker quiet[] = {QSignalBlocker(m_size), QSignalBlocker(m_measure),
                                    QSignalBlocker(m_origins)};
    m_theme->setCurrentIndex(m_theme->findData(static_cast<int>(appearance.theme)));
    if (m_face->findData(appearance.fontFamily) < 0) // chosen elsewhere, or not on this machine
        m_face->addItem(appearance.fontFamily, appearance.fontFamily);
    m_face->setCurrentIndex(m_face->findData(appearance.fontFamily));
    m_size->setValue(appearance.fontSize);
    m_measure->setValue(appearance.measure);
    m_origins->setChecked(appearance.showOrigins);
    m_legend->setEnabled(appearance.showOrigins);
    m_showsToolBar->setChecked(m_toolBar.isChecked());
}

} // namespace ui
