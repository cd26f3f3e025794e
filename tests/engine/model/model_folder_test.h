// model_folder_test.h: a test that writes small models into a folder of its own and loads them.
#pragma once

#include "engine/model/model.h"
#include "tests/support/model_writer.h"

#include <QObject>
#include <QTemporaryDir>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

class ModelFolderTest : public QObject {
protected:
    static std::string messageOf(const engine::Expected<std::shared_ptr<const engine::Model>>& loaded) {
        return loaded ? "loaded" : loaded.error().message;
    }
    // `enhancement`: a number in support::allEnhancements().
    static engine::ModelConfig configOf(engine::Architecture architecture, std::size_t enhancement = 0) {
        return support::smallConfig(architecture, support::allEnhancements()[enhancement]);
    }
    [[nodiscard]] std::filesystem::path path(const char* name) const {
        return std::filesystem::path(m_folder.path().toStdString()) / name;
    }

    QTemporaryDir m_folder;
};
