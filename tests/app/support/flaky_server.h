// flaky_server.h: a web server on this machine that does what servers and connections do wrong, on demand.
// Threads: its own, so that it answers while the test waits; every method may be called from the test's.
#pragma once

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QMutex>
#include <QString>
#include <QThread>
#include <QUrl>

#include <memory>

class QTcpServer;
class QTcpSocket;

namespace test {

// What is at a path, and how it is served.
struct Served {
    QByteArray body;
    QByteArray etag = "\"first\"";
    QByteArray lastModified;
    QByteArray contentType = "application/octet-stream";
    int status = 200;    // other: that status and no more
    QByteArray location; // of a redirection, with a status of 3xx
    bool knowsRange = true;
    bool heedsIfRange = true;  // else it sends the part whatever has changed
    bool sendsLength = true;   // else the end of the connection is the end of the file
    qint64 claimedLength = -1; // Content-Length, if it lies
    qint64 claimedTotal = -1;  // of Content-Range, if it lies
    qint64 shiftsPart = 0;     // a part begins so many bytes later than was asked for
    QList<qint64> breaks;      // the next connections end after so many bytes of the body
    qint64 stallsAfter = -1;   // bytes of the body; the connection stays open and silent
    int stalls = 0;            // how many connections do that
    int failures = 0;          // the next connections are answered with 503
    int pieceBytes = 0;        // sent at a time; 0: all
    int pieceMs = 1;           // between pieces
};

struct Request {
    QString path;
    QHash<QByteArray, QByteArray> headers; // names in lower case

    [[nodiscard]] QByteArray header(const QByteArray& name) const { return headers.value(name); }
};

class FlakyServer {
public:
    FlakyServer();
    ~FlakyServer();
    Q_DISABLE_COPY_MOVE(FlakyServer)

    void serve(const QString& path, const Served& served);
    [[nodiscard]] QUrl address(const QString& path, const QString& host = QStringLiteral("127.0.0.1")) const;
    [[nodiscard]] QList<Request> requests(const QString& path) const;
    void forgetRequests();
    [[nodiscard]] int interruptions() const; // connections that Served::breaks has ended

private:
    class Connection;
    void accept();
    [[nodiscard]] Served take(const Request& request); // with what is left of its faults

    QThread m_thread;
    QTcpServer* m_server = nullptr;
    quint16 m_port = 0;
    mutable QMutex m_mutex;
    QHash<QString, Served> m_served;
    QList<Request> m_requests;
    int m_interruptions = 0;
};

} // namespace test
