#include "app/errors/error_text.h"

#include <QCoreApplication>

namespace app {

namespace {

QString tr(const char* text) { return QCoreApplication::translate("app::ErrorText", text); }

// The engine's sentence without the path in front.
QString reasonOf(const engine::Error& error) {
    const QString message = QString::fromStdString(error.message);
    const qsizetype colon = message.startsWith(QLatin1Char('/')) ? message.indexOf(QLatin1String(": ")) : -1;
    return colon < 0 ? message : message.mid(colon + 2);
}

} // namespace

QString modelSentence(const engine::Error& error, const QString& model) {
    using enum engine::ErrorCode;
    switch (error.code) {
    case FileNotFound:
        return tr("The model %1 was not found. Choose another one, or add its file again.").arg(model);
    case FileUnreadable:
        return tr("The model %1 cannot be read. Check that you may read its file.").arg(model);
    case FileDamaged: return tr("The file of the model %1 is damaged. Download or copy it again.").arg(model);
    case UnsupportedFormat: // mostly a web page or a pointer in the model's place: that says what to do
        return tr("The file of the model %1 cannot be used: %2.").arg(model, reasonOf(error));
    case UnsupportedType:
        return tr("The model %1 is in a format that Inkgate does not read. Convert it to safetensors.")
            .arg(model);
    case UnsupportedArchitecture:
    case ShapeMismatch:
        return tr("Inkgate does not run models like %1. Choose an RWKV-5, RWKV-6, RWKV-7 or RWKV-X model.")
            .arg(model);
    case VocabularyMismatch:
        return tr("The model %1 needs its vocabulary file beside it. Put it into the same folder.")
            .arg(model);
    case GateMismatch:
        return tr("This gate was made for another model than %1. Choose a gate that belongs to it.")
            .arg(model);
    case InvalidArgument: return tr("A sampler setting is out of range. Reset the sampler and try again.");
    case InvalidText:
        return tr("The text before the cursor holds a broken character. Remove it and try again.");
    case OutOfMemory:
        return tr("There is not enough memory for the model %1. Close other programs or choose a smaller "
                  "model.")
            .arg(model);
    case DeviceUnavailable:
        return tr("The GPU does not have enough free memory for %1. Your text is safe; from now on "
                  "the model runs on the processor.")
            .arg(model);
    case DeviceLost:
        return tr("The GPU stopped working. Your text is safe; from now on %1 runs on the "
                  "processor.")
            .arg(model);
    case WriteFailed:
    case Cancelled:
    case Internal: break;
    }
    return tr("The model %1 stopped because of a mistake in Inkgate. Load it again; your text is safe.")
        .arg(model);
}

QString fileSentence(const engine::Error& error, const QString& file) {
    using enum engine::ErrorCode;
    switch (error.code) {
    case FileNotFound: return tr("%1 was not found. It may have been moved or renamed.").arg(file);
    case FileUnreadable: return tr("%1 cannot be opened. Check that you may read and write it.").arg(file);
    case FileDamaged: return tr("%1 is damaged. Go back to a backup copy of it.").arg(file);
    case UnsupportedFormat:
    case UnsupportedType: return tr("%1 is not a file that Inkgate can open.").arg(file);
    case InvalidText: return tr("%1 does not look like a text. Choose a plain text file.").arg(file);
    case WriteFailed:
        return tr("%1 could not be written. Check the free space on the disk and that you may write there.")
            .arg(file);
    case OutOfMemory: return tr("There is not enough memory for %1. Close other programs.").arg(file);
    default: break;
    }
    return tr("%1 could not be used because of a mistake in Inkgate.").arg(file);
}

QString detailsOf(const engine::Error& error) {
    const std::string_view code = engine::name(error.code);
    return QString::fromUtf8(code.data(), static_cast<qsizetype>(code.size())) + QStringLiteral(": ") +
           QString::fromStdString(error.message);
}

} // namespace app
