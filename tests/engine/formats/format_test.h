// format_test.h: a test that writes the bytes of a model file into a folder of its own and opens it.
#pragma once

#include "engine/formats/checkpoint.h"
#include "tests/engine/formats/samples/sample_values.h"

#include <QObject>
#include <QTemporaryDir>

#include <filesystem>

class FormatTest : public QObject {
protected:
    // `name`: of the file, with its ending.
    explicit FormatTest(const char* name)
        : m_name(name) {}

    [[nodiscard]] std::filesystem::path path() const { return m_dir.filePath(m_name).toStdString(); }
    // Under that name, or another.
    [[nodiscard]] engine::Expected<engine::Checkpoint> open(const samples::Bytes& bytes,
                                                            const char* name = nullptr) const {
        const std::filesystem::path file =
            name != nullptr ? std::filesystem::path(m_dir.filePath(name).toStdString()) : path();
        samples::writeFile(file, bytes);
        return engine::Checkpoint::open(file);
    }

    QTemporaryDir m_dir;

private:
    QString m_name;
};
