#include "tests/ui/support/desk.h"
#include "tests/ui/support/walk.h"
#include "ui/find/find_bar.h"
#include "ui/window/actions.h"

#include <QAction>
#include <QApplication>
#include <QDockWidget>
#include <QMenu>
#include <QTest>

using namespace ui;

class AccessTest : public QObject {
    Q_OBJECT

private slots:
    void everythingThatTakesKeysHasAName() {
        test::Desk desk(QStringLiteral("Once"));
        for (QDockWidget* const dock : desk.window->findChildren<QDockWidget*>())
            dock->show();
        desk.window->findBar().open(true);
        const QStringList found = test::nameless(*desk.window);
        QVERIFY2(found.isEmpty(), qPrintable(found.join(QStringLiteral(", "))));
    }

    void everythingInDialogsHasAName() {
        test::Desk desk(QStringLiteral("Once"));
        QStringList found;
        const QStringList silent = test::forEachDialog(*desk.window, [&found](const QString& command,
                                                                              const QWidget& dialog) {
            for (const QString& widget : test::isMadeByQt(dialog) ? QStringList() : test::nameless(dialog))
                found.append(QStringLiteral("%1: %2").arg(command, widget));
        });
        QVERIFY2(silent.isEmpty(), qPrintable(silent.join(u' ')));
        QVERIFY2(found.isEmpty(), qPrintable(found.join(QStringLiteral(", "))));
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
