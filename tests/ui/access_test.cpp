#include "tests/ui/support/desk.h"
#include "ui/window/actions.h"

#include <QAbstractButton>
#include <QAccessible>
#include <QAccessibleInterface>
#include <QAction>
#include <QMenu>
#include <QTest>

using namespace ui;

namespace {

QString describe(const QWidget* widget) {
    return QStringLiteral("%1 \"%2\" in %3")
        .arg(QLatin1String(widget->metaObject()->className()), widget->objectName(),
             widget->parentWidget() != nullptr ? widget->parentWidget()->objectName() : QString());
}

} // namespace

class AccessTest : public QObject {
    Q_OBJECT

private slots:
    void everythingThatTakesKeysHasAName() {
        test::Desk desk(QStringLiteral("Once"));
        QStringList nameless;
        for (QWidget* const widget : desk.window->findChildren<QWidget*>()) {
            const bool takesKeys = (widget->focusPolicy() & Qt::TabFocus) != 0 ||
                                   qobject_cast<QAbstractButton*>(widget) != nullptr;
            // Parts that Qt makes itself (a spin box's line, a dock's buttons) speak through their owners.
            const bool isQtsOwn = widget->objectName().startsWith(QLatin1String("qt_")) ||
                                  widget->inherits("QComboBoxListView") || widget->inherits("QScrollArea") ||
                                  widget->inherits("QLineEditIconButton") ||
                                  widget->inherits("QToolBarExtension") ||
                                  widget->inherits("QComboBoxPrivateContainer");
            const bool isOutOfUse = widget->isHidden(); // by itself, not with what it stands in
            if (!takesKeys || isQtsOwn || isOutOfUse) {
                continue;
            }
            const QAccessibleInterface* const interface = QAccessible::queryAccessibleInterface(widget);
            if (interface == nullptr || interface->text(QAccessible::Name).isEmpty()) {
                nameless.append(describe(widget));
            }
        }
        QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(QStringLiteral(", "))));
    }

    void noTwoActionsShareAKey() {
        test::Desk desk;
        QHash<QString, QString> keys;
        for (const QMenu* const menu : desk.window->actions().menus) {
            for (const QAction* const action : menu->actions()) {
                for (const QKeySequence& key : action->shortcuts()) {
                    const QString name = key.toString();
                    QVERIFY2(!keys.contains(name),
                             qPrintable(name + u' ' + action->text() + u' ' + keys.value(name)));
                    keys.insert(name, action->text());
                }
            }
        }
        for (const QString& key :
             {QStringLiteral("Ctrl+Return"), QStringLiteral("Esc"), QStringLiteral("Ctrl+R"),
              QStringLiteral("Ctrl+Z"), QStringLiteral("Ctrl+Shift+Z"), QStringLiteral("Ctrl+Y"),
              QStringLiteral("Ctrl+F"), QStringLiteral("Ctrl+H"), QStringLiteral("F3"),
              QStringLiteral("Shift+F3"), QStringLiteral("F11")}) {
            QVERIFY2(keys.contains(key), qPrintable(key));
        }
    }

    void everyMenuEntryHasItsOwnMnemonic() {
        test::Desk desk;
        for (const QMenu* const menu : desk.window->actions().menus) {
            QHash<QChar, QString> letters;
            for (const QAction* const action : menu->actions()) {
                if (action->isSeparator()) {
                    continue;
                }
                const qsizetype at = action->text().indexOf(u'&');
                QVERIFY2(at >= 0 && at + 1 < action->text().size(), qPrintable(action->text()));
                const QChar letter = action->text()[at + 1].toLower();
                QVERIFY2(!letters.contains(letter),
                         qPrintable(action->text() + u' ' + letters.value(letter)));
                letters.insert(letter, action->text());
            }
        }
    }

    void tabReachesTheSettings() {
        test::Desk desk;
        // The page takes Tab as a character; from the first setting on Tab goes from control to control.
        QList<QWidget*> visited;
        QWidget* widget = desk.window->findChild<QWidget*>(QStringLiteral("model"));
        widget->setFocus();
        for (int i = 0; i < 6; ++i) {
            QVERIFY(QApplication::focusWidget() != nullptr);
            QVERIFY(!visited.contains(QApplication::focusWidget()));
            visited.append(QApplication::focusWidget());
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        }
    }
};

QTEST_MAIN(AccessTest)
#include "access_test.moc"
