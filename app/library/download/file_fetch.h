// file_fetch.h: fetches one file into a folder, however often the connection is lost: NAME.part grows until
// it is whole, is checked against its SHA-256, and only then gets its name. What is there of it from before,
// also from before a restart, is hashed and gone on from, if the server still has the same file (ETag,
// Last-Modified).
// A file of unknown SHA-256 must be one that the engine would load, if it is a model.
// Threads: one, with an event loop; nothing here waits. Every start() ends in exactly one finished().
#pragma once

#include "app/library/download/download_record.h"
#include "app/library/download/fetch_settings.h"
#include "app/library/download/part_file.h"
#include "app/library/download/rate_meter.h"
#include "app/library/download/reply_judgement.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

class QNetworkAccessManager;
class QNetworkReply;

namespace app {

struct FetchResult {
    enum class Kind { Done, Stopped, Failed };
    Kind kind = Kind::Done;
    QString problem; // Failed: one sentence

    bool operator==(const FetchResult&) const = default;
};

class FileFetch : public QObject {
    Q_OBJECT

public:
    enum class Step { Checking, Connecting, Receiving, Waiting, Verifying };

    // `settings` outlives the object.
    FileFetch(QNetworkAccessManager& network, RecordedFile recorded, const QString& folder,
              const FetchSettings& settings, QObject* parent = nullptr);
    ~FileFetch() override;

    void start();
    void stop(); // what is there stays

    [[nodiscard]] Step step() const { return m_step; }
    [[nodiscard]] qint64 have() const { return m_part.size(); }
    [[nodiscard]] qint64 total() const { return m_total; } // -1: unknown
    [[nodiscard]] double bytesPerSecond() const { return m_rate.bytesPerSecond(); }
    [[nodiscard]] const QString& note() const { return m_note; } // Waiting: what is waited for
    [[nodiscard]] const RecordedFile& recorded() const { return m_recorded; }

signals:
    void changed();       // step or bytes
    void recordChanged(); // recorded(): it must be written before what comes next is of use
    void finished(const app::FetchResult& result);

private:
    void hashMore();
    void ask();
    void readHead();
    void apply(const ReplyJudgement& judgement, const ReplyHead& head);
    void receive();
    bool take(const QByteArray& bytes);
    void replyFinished();
    void tryLater(const QString& problem);
    void askAnew();
    void verify();
    void setAside(const QString& sentence);
    void fail(const QString& problem);
    void end(const FetchResult& result);
    void setStep(Step step);
    void dropReply();
    [[nodiscard]] bool hasRoom();
    [[nodiscard]] QString host() const;

    QNetworkAccessManager& m_network;
    RecordedFile m_recorded;
    const QString m_folder;
    const FetchSettings& m_settings;
    PartFile m_part;
    QNetworkReply* m_reply = nullptr;
    QTimer m_stall;
    QTimer m_wait;
    RateMeter m_rate;
    QElapsedTimer m_clock;
    Step m_step = Step::Checking;
    QString m_note;
    qint64 m_total = -1;
    qint64 m_asked = 0; // bytes that were there at the last request
    qint64 m_most = 0;  // bytes that ever were there since start()
    int m_tries = 0;    // in a row that brought nothing
    int m_timesAnew = 0;
    bool m_isJudged = false; // the head of the answer
    bool m_isRunning = false;
};

} // namespace app
