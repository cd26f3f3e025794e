// network.h: how Inkgate asks the web for a file: through the system's proxies, without cookies, without a
// cache, and saying nothing but the address, the name of the program and the part that is wanted.
// Threads: those of QNetworkAccessManager: one thread, with an event loop.
#pragma once

#include <QNetworkAccessManager>
#include <QNetworkRequest>
#include <QUrl>

#include <memory>

namespace app {

[[nodiscard]] std::unique_ptr<QNetworkAccessManager> makeNetwork();
// Redirections are followed, ten at most and never from https to http.
[[nodiscard]] QNetworkRequest requestFor(const QUrl& address);

} // namespace app
