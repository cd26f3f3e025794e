// download_desk.h: a model fetched from a server in this process, which does wrong what it is told to.
#pragma once

#include "app/library/download/download_record.h"
#include "app/library/download/model_download.h"
#include "app/library/download/network.h"
#include "app/library/library_folder.h"
#include "tests/app/support/flaky_server.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QNetworkAccessManager>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

namespace test {

using namespace app;

inline constexpr int kPatienceMs = 30'000;
inline const QString kName = QStringLiteral("novel.gguf");
inline const QString kPath = QStringLiteral("/files/novel.gguf");

// Bytes that no compression or repetition makes alike.
inline QByteArray someBytes(qsizetype count, quint32 seed) {
    QRandomGenerator random(seed);
    QByteArray bytes(count, Qt::Uninitialized);
    for (char& byte : bytes)
        byte = char(random.generate() & 0xff);
    return bytes;
}

inline QString hashOf(const QByteArray& bytes) {
    return QString::fromLatin1(QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex());
}

inline QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

inline void write(const QString& path, const QByteArray& bytes) {
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
}

// Each test begins anew with setUp() and ends with tearDown().
class DownloadDesk : public QObject {
protected:
    void setUp() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_server = std::make_unique<FlakyServer>();
        m_network = makeNetwork();
        m_body = someBytes(300'000, 1);
        m_served = {};
        m_served.body = m_body;
        m_settings = {};
        m_settings.stallMs = 3'000; // a busy machine is no stall
        m_settings.firstWaitMs = 5;
        m_settings.longestWaitMs = 20;
        m_settings.mostTries = 3;
        m_settings.spareBytes = 0;
        m_settings.checkModel = [](const QString&) { return QString(); };
    }
    void tearDown() {
        m_network.reset();
        m_server.reset();
        m_folder.reset();
    }

    // What the server was asked for, for messages.
    [[nodiscard]] QByteArray asked(const QString& path = kPath) const {
        QByteArray text;
        for (const Request& request : m_server->requests(path))
            text += '[' + request.header("range") + ' ' + request.header("if-range") + ' ' +
                    request.header("host") + "] ";
        return text;
    }
    [[nodiscard]] QString file() const { return pathOfModel(m_folder->path(), kName); }
    [[nodiscard]] DownloadRecord record() const {
        RemoteModel model;
        model.file = {kName, m_server->address(kPath), m_body.size(), hashOf(m_body)};
        return recordOf(model);
    }
    DownloadStatus get() { return get(record()); }
    DownloadStatus get(const DownloadRecord& record, const QString& library = {}) {
        m_server->serve(kPath, m_served);
        ModelDownload download(*m_network, library.isEmpty() ? m_folder->path() : library, record,
                               m_settings);
        QSignalSpy finished(&download, &ModelDownload::finished);
        download.start();
        if (finished.isEmpty() && !finished.wait(kPatienceMs))
            qWarning("the download does not end");
        QTest::qWait(1); // more than one finished() would show
        if (finished.size() != 1)
            return {};
        return download.status();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<FlakyServer> m_server;
    std::unique_ptr<QNetworkAccessManager> m_network;
    QByteArray m_body;
    Served m_served;
    FetchSettings m_settings;
};

} // namespace test
