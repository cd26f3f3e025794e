#include "app/exchange/html/page_encoding.h"

#include "engine/text/text_decoding.h"

#include <libxml/encoding.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <optional>

namespace app {

namespace {

// The page in the encoding that it names for itself. Absent: it names none that is known.
std::optional<QByteArray> declaredUtf8(const QByteArray& bytes) {
    const QByteArray head = bytes.first(std::min<qsizetype>(bytes.size(), 2048)).toLower();
    qsizetype at = head.indexOf("charset=");
    at = at >= 0 ? at + 8 : (at = head.indexOf("encoding=")) >= 0 ? at + 9 : -1;
    if (at < 0)
        return std::nullopt;
    while (at < head.size() && (head[at] == '"' || head[at] == '\'' || head[at] == ' '))
        ++at;
    qsizetype end = at;
    while (end < head.size() && (std::isalnum(static_cast<unsigned char>(head[end])) != 0 ||
                                 head[end] == '-' || head[end] == '_' || head[end] == ':'))
        ++end;
    QByteArray name = head.mid(at, end - at);
    // What says so was always read as the larger one.
    if (name == "iso-8859-1" || name == "latin1" || name == "us-ascii")
        name = "windows-1252";
    if (name.isEmpty() || name.startsWith("utf"))
        return std::nullopt;
    xmlCharEncodingHandler* const handler = xmlFindCharEncodingHandler(name.constData());
    if (handler == nullptr)
        return std::nullopt;
    const std::unique_ptr<xmlBuffer, decltype(&xmlBufferFree)> in(xmlBufferCreate(), &xmlBufferFree),
        out(xmlBufferCreate(), &xmlBufferFree);
    xmlBufferAdd(in.get(), reinterpret_cast<const xmlChar*>(bytes.constData()),
                 static_cast<int>(bytes.size()));
    const int done = xmlCharEncInFunc(handler, out.get(), in.get());
    xmlCharEncCloseFunc(handler);
    if (done < 0 || xmlBufferLength(in.get()) > 0)
        return std::nullopt;
    return QByteArray(reinterpret_cast<const char*>(xmlBufferContent(out.get())), xmlBufferLength(out.get()));
}

} // namespace

QByteArray pageAsUtf8(const QByteArray& bytes) {
    if (!bytes.contains('\0') && !bytes.isValidUtf8())
        if (auto declared = declaredUtf8(bytes))
            return *declared;
    const auto decoded = engine::decodeText(bytes.toStdString());
    return decoded ? QByteArray::fromStdString(decoded->text) : QByteArray();
}

} // namespace app
