// story_test.h: a test with the whole application but its windows, on an empty story in a folder of its own.
#pragma once

#include "tests/app/support/app_parts.h"

#include <QTemporaryDir>
#include <QTest>

#include <memory>

class StoryTest : public QObject {
protected:
    void start(const app::ScriptedGenerator::Script& script) {
        m_parts.reset();
        m_folder = std::make_unique<QTemporaryDir>();
        m_parts = std::make_unique<app::AppParts>(m_folder->path(), script);
        m_parts->preferences.markStarted(); // no sample story
        QVERIFY(m_parts->start());
        QCOMPARE(m_parts->document.text(), QString());
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<app::AppParts> m_parts;
};
