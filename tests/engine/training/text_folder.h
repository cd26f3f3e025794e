// text_folder.h: a folder with a text, for tests that train on it or read it.
#pragma once

#include "engine/training/training_settings.h"

#include <QFile>
#include <QTemporaryDir>

#include <filesystem>

namespace fixture {

class TextFolder {
public:
    [[nodiscard]] std::filesystem::path path(const char* name) const {
        return m_folder.filePath(name).toStdString();
    }
    bool write(const char* name, const QByteArray& content) const {
        QFile file(m_folder.filePath(name));
        return file.open(QIODevice::WriteOnly | QIODevice::Truncate) && file.write(content) == content.size();
    }
    [[nodiscard]] QByteArray read(const char* name) const {
        QFile file(m_folder.filePath(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    // text.txt: eight documents of the same sentences, about 21000 bytes.
    bool writeText() const {
        QByteArray text;
        for (int i = 0; i < 400; ++i)
            text += "The cat sat on the mat, and the dog lay by the door.\n\n" +
                    QByteArray(i % 50 == 49 ? "\f\n\n" : "");
        return write("text.txt", text);
    }
    // A training of ten steps on text.txt that takes a moment, on two threads.
    [[nodiscard]] engine::TrainingSettings small(const char* output) const {
        engine::TrainingSettings s;
        s.text = s.validation = path("text.txt");
        s.output = path(output);
        s.shape.model.layers = 2;
        s.shape.model.width = 32;
        s.shape.model.headSize = 16;
        s.shape.mixRank = 8;
        s.shape.decayRank = 8;
        s.sequences = 4;
        s.microBatch = 2;
        s.window = 32;
        s.segment = 64;
        s.tokens = 10 * 4 * 32;
        s.learningRate = 8e-3f;
        s.finalLearningRate = 1e-3f;
        s.warmup = 5;
        s.validateEvery = 1000;
        return s;
    }

private:
    QTemporaryDir m_folder;
};

} // namespace fixture
