#include "tests/ui/support/desk.h"
#include "ui/compare/compare_view.h"
#include "ui/editor/story_editor.h"
#include "ui/theme/colour_scale.h"
#include "ui/theme/colours.h"
#include "ui/theme/theme.h"
#include "ui/theme/typography.h"
#include "ui/window/actions.h"

#include <QAction>
#include <QApplication>
#include <QBoxLayout>
#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFontMetricsF>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QSlider>
#include <QSpinBox>
#include <QTest>
#include <QTextEdit>
#include <QToolButton>

using namespace ui;

namespace {

constexpr double kReadable = 4.5; // WCAG 2, AA, text of normal size
constexpr double kVisible = 3;    // the same for what is no text: rings, outlines, marks
constexpr double kApart = 1.15;   // two grounds that the eye tells apart

// CIE lightness of a colour, 0 .. 100.
double lightness(const QColor& colour) {
    const double luminance = contrast(colour, Qt::black) * 0.05 - 0.05;
    return luminance > 0.008856 ? 116 * std::cbrt(luminance) - 16 : 903.3 * luminance;
}

} // namespace

class ThemeTest : public QObject {
    Q_OBJECT

private slots:
    void blackOnWhiteHasTheKnownContrast() {
        QCOMPARE(qRound(contrast(Qt::black, Qt::white)), 21);
        QCOMPARE(contrast(Qt::red, Qt::red), 1.0);
    }

    void everyInkIsReadable_data() {
        QTest::addColumn<QColor>("ink");
        QTest::addColumn<QColor>("ground");
        for (const Colours& colours : {lightColours(), darkColours()}) {
            const QByteArray theme = colours.isDark ? "dark: " : "light: ";
            const std::pair<const char*, QColor> inks[] = {{"ink", colours.ink},
                                                           {"generated", colours.generatedInk},
                                                           {"edited", colours.editedInk},
                                                           {"quiet", colours.quietInk}};
            const std::pair<const char*, QColor> grounds[] = {{"page", colours.page},
                                                              {"selection", colours.selection},
                                                              {"hover mark", colours.hoverMark},
                                                              {"lock mark", colours.lockMark},
                                                              {"match", colours.matchMark},
                                                              {"looked few", colours.lookMarks[0]},
                                                              {"looked some", colours.lookMarks[1]},
                                                              {"looked most", colours.lookMarks[2]},
                                                              {"difference", colours.differenceMark}};
            for (const auto& [inkName, ink] : inks) {
                for (const auto& [groundName, ground] : grounds) {
                    const bool isOnText = QByteArray(inkName) != "quiet" || QByteArray(groundName) == "page";
                    if (isOnText) {
                        QTest::newRow(theme + inkName + " on " + groundName) << ink << ground;
                    }
                }
            }
            QTest::newRow(theme + "quiet on window") << colours.quietInk << colours.window;
            QTest::newRow(theme + "warning on page") << colours.warningInk << colours.page;
            QTest::newRow(theme + "ink on window") << colours.ink << colours.window;
            QTest::newRow(theme + "ink on problem") << colours.ink << colours.problem;
            QTest::newRow(theme + "accent on window") << colours.accent << colours.window;
            QTest::newRow(theme + "quiet on selection") << colours.quietInk << colours.selection;
            QTest::newRow(theme + "ink on button") << colours.ink << colours.button;
            QTest::newRow(theme + "ink on button under the mouse") << colours.ink << colours.buttonHover;
            QTest::newRow(theme + "words on a default button") << colours.onAccent << colours.accent;
            QTest::newRow(theme + "generated on window") << colours.generatedInk << colours.window;
            QTest::newRow(theme + "edited on window") << colours.editedInk << colours.window;
            QTest::newRow(theme + "link on page") << colours.accent << colours.page;
        }
    }
    void everyInkIsReadable() {
        QFETCH(QColor, ink);
        QFETCH(QColor, ground);
        QVERIFY2(contrast(ink, ground) >= kReadable, qPrintable(QString::number(contrast(ink, ground))));
    }

    void ringsAndOutlinesAreVisible() {
        for (const Colours& colours : {lightColours(), darkColours()}) {
            for (const QColor& ground : {colours.window, colours.page, colours.problem}) {
                QVERIFY(contrast(colours.accent, ground) >= kVisible);
                QVERIFY(contrast(colours.outline, ground) >= kVisible);
            }
            QVERIFY(contrast(colours.accent, colours.button) >= kVisible);
            QVERIFY(contrast(colours.accent, colours.selection) >= kVisible);
        }
    }

    void pageAndPanelsDifferVisibly() {
        for (const Colours& colours : {lightColours(), darkColours()}) {
            QVERIFY2(contrast(colours.page, colours.window) >= kApart,
                     qPrintable(QString::number(contrast(colours.page, colours.window))));
        }
    }

    // A control with the keys looks different from one without, in both themes, at its edge.
    void focusIsSeenOnEveryKindOfControl() {
        QWidget sheet;
        auto* const column = new QVBoxLayout(&sheet);
        auto* const other = new QPushButton(QStringLiteral("Other"));
        const QList<QWidget*> controls = {new QPushButton(QStringLiteral("Button")),
                                          new QToolButton,
                                          new QLineEdit(QStringLiteral("Line")),
                                          new QComboBox,
                                          new QSpinBox,
                                          new QCheckBox(QStringLiteral("Check")),
                                          new QRadioButton(QStringLiteral("Radio")),
                                          new QSlider(Qt::Horizontal),
                                          new QListWidget,
                                          new QPlainTextEdit};
        column->addWidget(other);
        for (QWidget* const control : controls) {
            control->setFocusPolicy(Qt::StrongFocus);
            column->addWidget(control);
        }
        Theme theme;
        for (const app::Theme choice : {app::Theme::Light, app::Theme::Dark}) {
            theme.apply(choice);
            sheet.show();
            QApplication::setActiveWindow(&sheet);
            QVERIFY(QTest::qWaitForWindowActive(&sheet));
            for (QWidget* const control : controls) {
                other->setFocus();
                const QImage without = control->grab().toImage();
                control->setFocus();
                QTRY_VERIFY(control->hasFocus());
                const QImage with = control->grab().toImage();
                int accents = 0;
                for (int y = 0; y < with.height(); ++y)
                    for (int x = 0; x < with.width(); ++x)
                        accents += with.pixel(x, y) != without.pixel(x, y) &&
                                           contrast(with.pixelColor(x, y), theme.colours().window) >= kVisible
                                       ? 1
                                       : 0;
                QVERIFY2(accents > 20, qPrintable(QStringLiteral("%1: %2 of %3 x %4")
                                                      .arg(QLatin1String(control->metaObject()->className()))
                                                      .arg(accents)
                                                      .arg(with.width())
                                                      .arg(with.height())));
            }
        }
    }

    void aChoiceThatIsTooLongEndsInDots() {
        const Theme theme;
        QComboBox box;
        box.setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box.resize(140, box.sizeHint().height());
        const QString words = QStringLiteral("An evening at the lighthouse of Carrow Point");
        const auto pictureOf = [&box](const QString& text) {
            box.clear();
            box.addItem(text);
            return box.grab().toImage();
        };
        const QImage whole = pictureOf(words);
        qsizetype shown = 0; // letters before the dots
        while (shown < words.size() && pictureOf(words.left(shown) + QChar(0x2026)) != whole)
            ++shown;
        QVERIFY2(shown > 3 && shown < words.size(), "it is no beginning of the words with dots behind it");
        QVERIFY2(pictureOf(words.left(shown)) != whole, "the dots are not in sight");
    }

    void dialogButtonsHaveNoPictures() {
        Theme theme;
        theme.apply(app::Theme::Light);
        const QDialogButtonBox box(QDialogButtonBox::Ok | QDialogButtonBox::Cancel | QDialogButtonBox::Close);
        for (const QAbstractButton* const button : box.buttons())
            QVERIFY(button->icon().isNull());
    }

    // Flat: a button is one colour all over, its words and its edge left out.
    void buttonsHaveNoGradient() {
        Theme theme;
        for (const app::Theme choice : {app::Theme::Light, app::Theme::Dark}) {
            theme.apply(choice);
            QPushButton button;
            button.resize(90, 30);
            const QImage picture = button.grab().toImage();
            for (int y = 2; y < 28; ++y)
                QCOMPARE(picture.pixelColor(45, y), theme.colours().button);
        }
    }

    void heatmapColoursRiseEvenlyInLightness() {
        const auto& stops = sequentialStops();
        QCOMPARE(stops.first().first, 0.0);
        QCOMPARE(stops.last().first, 1.0);
        const double perUnit = lightness(stops.last().second) - lightness(stops.first().second);
        QVERIFY(perUnit > 70);
        for (qsizetype i = 1; i < stops.size(); ++i) {
            const double step = lightness(stops[i].second) - lightness(stops[i - 1].second);
            const double even = perUnit * (stops[i].first - stops[i - 1].first);
            QVERIFY2(step > 0.6 * even && step < 1.4 * even, qPrintable(QString::number(i)));
        }
    }

    void columnHoldsAboutSeventyTwoCharacters() {
        app::Appearance appearance;
        for (const int size : {10, 13, 24}) {
            appearance.fontSize = size;
            const Typography typography = typographyFor(appearance);
            const double letter =
                QFontMetricsF(typography.font)
                    .horizontalAdvance(
                        QStringLiteral("It was a quiet evening and nobody came to the door of the house.")) /
                64;
            const double characters = typography.columnWidth / letter;
            QVERIFY2(characters > 66 && characters < 78, qPrintable(QString::number(characters)));
        }
    }

    void switchingChangesThePageAndIsRemembered() {
        test::Desk desk(QStringLiteral("Once."));
        desk.window->actions().themeDark->trigger();
        QCOMPARE(desk.parts.preferences.appearance().theme, app::Theme::Dark);
        QCOMPARE(QApplication::palette().color(QPalette::Window), darkColours().window);
        QCOMPARE(desk.window->editor().palette().color(QPalette::Base), darkColours().page);
        const QImage dark = desk.window->editor().grab().toImage();
        QVERIFY(dark.pixelColor(4, 4).lightness() < 60);

        desk.window->actions().themeLight->trigger();
        QCOMPARE(QApplication::palette().color(QPalette::Window), lightColours().window);
        const QImage light = desk.window->editor().grab().toImage();
        QVERIFY(light.pixelColor(4, 4).lightness() > 200);
    }

    void switchingKeepsTheTypeface() {
        test::Desk desk(QStringLiteral("Once."));
        const app::Appearance appearance = desk.parts.preferences.appearance();
        const QFont wanted = typographyFor(appearance).font;
        QCOMPARE(desk.window->editor().document()->defaultFont(), wanted);
        for (QAction* const theme : {desk.window->actions().themeDark, desk.window->actions().themeLight}) {
            theme->trigger();
            QCOMPARE(desk.window->editor().document()->defaultFont(), wanted);
            for (const QTextEdit* const page : desk.window->compareView().findChildren<QTextEdit*>()) {
                QCOMPARE(page->document()->defaultFont(), wanted);
            }
        }
    }

    void iconsTakeTheInkOfTheTheme() {
        Theme theme;
        theme.apply(app::Theme::Dark);
        const QImage icon = theme.icon(QStringLiteral("continue")).pixmap(32, 32).toImage();
        int brightest = 0;
        for (int y = 0; y < icon.height(); ++y) {
            for (int x = 0; x < icon.width(); ++x) {
                const QColor pixel = icon.pixelColor(x, y);
                brightest = std::max(brightest, pixel.alpha() > 200 ? pixel.lightness() : 0);
            }
        }
        QVERIFY(brightest > 180);
    }

    void fontSizeGoesUpAndDownWithTheKeys() {
        test::Desk desk(QStringLiteral("Once."));
        const int before = desk.parts.preferences.appearance().fontSize;
        desk.window->actions().largerText->trigger();
        QCOMPARE(desk.parts.preferences.appearance().fontSize, before + 1);
        QCOMPARE(desk.window->editor().document()->defaultFont().pointSize(), before + 1);
        QCOMPARE(desk.parts.document.text(), QStringLiteral("Once."));
        QVERIFY(!desk.parts.document.canUndo());
        desk.window->actions().smallerText->trigger();
        QCOMPARE(desk.parts.preferences.appearance().fontSize, before);
    }
};

QTEST_MAIN(ThemeTest)
#include "theme_test.moc"
