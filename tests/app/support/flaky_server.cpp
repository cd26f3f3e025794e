#include "tests/app/support/flaky_server.h"

#include <QTcpServer>
#include <QTcpSocket>
#include <QTimer>

#include <algorithm>

namespace test {

namespace {

constexpr int kLastWordMs = 40;

Request parse(const QByteArray& head) {
    const QList<QByteArray> lines = head.split('\n');
    Request request;
    request.path = QString::fromUtf8(lines.first().split(' ').value(1));
    for (const QByteArray& line : lines.mid(1))
        if (const qsizetype colon = line.indexOf(':'); colon > 0)
            request.headers.insert(line.left(colon).toLower(), line.mid(colon + 1).trimmed());
    return request;
}

// Where the wanted part begins; -1: all is wanted.
qint64 firstOf(const Request& request, const Served& served) {
    const QByteArray range = request.header("range");
    if (!served.knowsRange || !range.startsWith("bytes="))
        return -1;
    const QByteArray condition = request.header("if-range");
    const bool isSame = condition.isEmpty() || condition == served.etag || condition == served.lastModified;
    return isSame || !served.heedsIfRange ? range.mid(6, range.size() - 7).toLongLong() : -1;
}

struct Answer {
    QByteArray head, body;
};

Answer answerTo(const Request& request, const Served& served) {
    Answer answer;
    QByteArray fields = "Connection: close\r\n";
    int status = served.status;
    if (status == 200) {
        answer.body = served.body;
        if (const qint64 first = firstOf(request, served); first >= 0) {
            const QByteArray total =
                QByteArray::number(served.claimedTotal >= 0 ? served.claimedTotal : served.body.size());
            status = first < served.body.size() ? 206 : 416;
            const qint64 begin = first + served.shiftsPart;
            answer.body = status == 206 ? served.body.mid(begin) : QByteArray();
            fields += status == 206 ? "Content-Range: bytes " + QByteArray::number(begin) + '-' +
                                          QByteArray::number(served.body.size() - 1) + '/' + total + "\r\n"
                                    : "Content-Range: bytes */" + total + "\r\n";
        }
        if (!served.etag.isEmpty())
            fields += "ETag: " + served.etag + "\r\n";
        if (!served.lastModified.isEmpty())
            fields += "Last-Modified: " + served.lastModified + "\r\n";
    }
    if (!served.location.isEmpty())
        fields += "Location: " + served.location + "\r\n";
    fields += "Content-Type: " + served.contentType + "\r\n";
    const bool isWhole = status == 200;
    if (served.sendsLength)
        fields += "Content-Length: " +
                  QByteArray::number(isWhole && served.claimedLength >= 0 ? served.claimedLength
                                                                          : answer.body.size()) +
                  "\r\n";
    answer.head = "HTTP/1.1 " + QByteArray::number(status) + " Said\r\n" + fields + "\r\n";
    return answer;
}

} // namespace

// One request and its answer; deletes itself with its socket.
class FlakyServer::Connection : public QObject {
public:
    Connection(FlakyServer& server, QTcpSocket* socket)
        : QObject(socket)
        , m_server(server)
        , m_socket(*socket) {
        connect(socket, &QTcpSocket::readyRead, this, [this] { read(); });
        connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
    }

private:
    void read() {
        m_received += m_socket.readAll();
        const qsizetype end = m_received.indexOf("\r\n\r\n");
        if (end < 0 || m_isAnswered)
            return;
        m_isAnswered = true;
        const Request request = parse(m_received.left(end));
        const Served served = m_server.take(request);
        const Answer answer = answerTo(request, served);
        m_socket.write(answer.head);
        m_body = answer.body;
        m_limit = m_body.size();
        m_stalls = served.stalls > 0 && served.stallsAfter >= 0;
        if (m_stalls)
            m_limit = std::min(m_limit, served.stallsAfter);
        if (!served.breaks.isEmpty())
            m_limit = std::min(m_limit, served.breaks.first());
        m_pieceBytes = served.pieceBytes > 0 ? served.pieceBytes : m_limit;
        m_pieceMs = served.pieceMs;
        send();
    }

    void send() {
        const qint64 count = std::min(m_pieceBytes, m_limit - m_sent);
        m_socket.write(m_body.mid(m_sent, count));
        m_sent += count;
        if (m_sent < m_limit)
            QTimer::singleShot(m_pieceMs, this, [this] { send(); });
        else if (!m_stalls)
            // When all is written, and read: of a connection that ends before it has read anything, Qt asks
            // again.
            QTimer::singleShot(kLastWordMs, this, [this] { m_socket.disconnectFromHost(); });
    }

    FlakyServer& m_server;
    QTcpSocket& m_socket;
    QByteArray m_received, m_body;
    qint64 m_limit = 0, m_sent = 0, m_pieceBytes = 0;
    int m_pieceMs = 0;
    bool m_isAnswered = false, m_stalls = false;
};

FlakyServer::FlakyServer() {
    m_server = new QTcpServer;
    if (!m_server->listen(QHostAddress::Any))
        qFatal("no port for a server on this machine");
    m_port = m_server->serverPort();
    m_server->moveToThread(&m_thread);
    QObject::connect(m_server, &QTcpServer::newConnection, m_server, [this] { accept(); });
    QObject::connect(&m_thread, &QThread::finished, m_server, &QObject::deleteLater);
    m_thread.start();
}

FlakyServer::~FlakyServer() {
    m_thread.quit();
    m_thread.wait();
}

void FlakyServer::accept() {
    while (QTcpSocket* const socket = m_server->nextPendingConnection())
        new Connection(*this, socket);
}

Served FlakyServer::take(const Request& request) {
    const QMutexLocker lock(&m_mutex);
    m_requests.append(request);
    const auto found = m_served.find(request.path);
    if (found == m_served.end()) {
        Served missing;
        missing.status = 404;
        return missing;
    }
    Served now = *found;
    if (found->failures > 0) {
        --found->failures;
        now.status = 503;
    } else {
        if (!found->breaks.isEmpty()) {
            found->breaks.removeFirst();
            ++m_interruptions;
        }
        found->stalls = std::max(0, found->stalls - 1);
    }
    return now;
}

void FlakyServer::serve(const QString& path, const Served& served) {
    const QMutexLocker lock(&m_mutex);
    m_served.insert(path, served);
}

QUrl FlakyServer::address(const QString& path, const QString& host) const {
    return QUrl(QStringLiteral("http://%1:%2%3").arg(host).arg(m_port).arg(path));
}

QList<Request> FlakyServer::requests(const QString& path) const {
    const QMutexLocker lock(&m_mutex);
    QList<Request> found;
    for (const Request& request : m_requests)
        if (request.path == path)
            found.append(request);
    return found;
}

int FlakyServer::interruptions() const {
    const QMutexLocker lock(&m_mutex);
    return m_interruptions;
}

void FlakyServer::forgetRequests() {
    const QMutexLocker lock(&m_mutex);
    m_requests.clear();
}

} // namespace test
