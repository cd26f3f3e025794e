// refusal.h: how a file that can't be used is answered: with a code, and one sentence that begins with the
// file's path.
#pragma once

#include "engine/formats/checkpoint.h"

#include <QString>
#include <QTest>

inline void verifyRefused(const engine::Expected<engine::Checkpoint>& opened, int code, const QString& says,
                          const QString& path) {
    QVERIFY2(!opened, qPrintable(path + " was opened"));
    const QString message = QString::fromStdString(opened.error().message);
    QVERIFY2(int(opened.error().code) == code, qPrintable(message));
    QVERIFY2(message.contains(says) && message.startsWith(path), qPrintable(message));
}
