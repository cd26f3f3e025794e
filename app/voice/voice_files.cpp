#include "app/voice/voice_files.h"

#include <QDir>
#include <QFileInfo>

namespace app {

namespace {

const QLatin1String kEnding(".safetensors");

QString folderOf(const QString& folder, const QString& base) {
    const QFileInfo file(base);
    // Every embedded model's file is called base; its folder has the name.
    const QString name = file.completeBaseName() == QLatin1String("base")
                             ? file.dir().dirName() + QStringLiteral("-base")
                             : file.completeBaseName();
    return QStringLiteral("%1/%2-%3").arg(folder, name).arg(file.size());
}

} // namespace

QStringList voicesOf(const QString& folder, const QString& base) {
    QStringList paths;
    if (folder.isEmpty())
        return paths;
    const QFileInfoList files =
        QDir(folderOf(folder, base))
            .entryInfoList({QStringLiteral("*.safetensors")}, QDir::Files, QDir::Name);
    for (const QFileInfo& file : files)
        paths.append(file.absoluteFilePath());
    return paths;
}

QString voiceFile(const QString& folder, const QString& base, const QString& name) {
    QString stem;
    for (const QChar c : name.trimmed())
        if (c.isPrint() && c != u'/' && c != u'\\')
            stem += c;
    while (stem.startsWith(u'.'))
        stem.remove(0, 1);
    stem.truncate(60); // file names end at 255 bytes
    if (stem.isEmpty() || !QDir().mkpath(folderOf(folder, base)))
        return {};
    return folderOf(folder, base) + u'/' + stem + kEnding;
}

QString gateLabel(const QString& gate) {
    return gate.contains(u'/') ? QFileInfo(gate).completeBaseName() : gate;
}

} // namespace app
