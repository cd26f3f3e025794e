#include "engine/core/error.h"

namespace engine {

std::string_view name(ErrorCode code) {
    switch (code) {
    case ErrorCode::FileNotFound: return "FileNotFound";
    case ErrorCode::FileUnreadable: return "FileUnreadable";
    case ErrorCode::FileDamaged: return "FileDamaged";
    case ErrorCode::UnsupportedFormat: return "UnsupportedFormat";
    case ErrorCode::UnsupportedArchitecture: return "UnsupportedArchitecture";
    case ErrorCode::UnsupportedType: return "UnsupportedType";
    case ErrorCode::ShapeMismatch: return "ShapeMismatch";
    case ErrorCode::VocabularyMismatch: return "VocabularyMismatch";
    case ErrorCode::GateMismatch: return "GateMismatch";
    case ErrorCode::InvalidArgument: return "InvalidArgument";
    case ErrorCode::InvalidText: return "InvalidText";
    case ErrorCode::OutOfMemory: return "OutOfMemory";
    case ErrorCode::WriteFailed: return "WriteFailed";
    case ErrorCode::DeviceUnavailable: return "DeviceUnavailable";
    case ErrorCode::DeviceLost: return "DeviceLost";
    case ErrorCode::Cancelled: return "Cancelled";
    case ErrorCode::Internal: return "Internal";
    }
    return "Unknown";
}

} // namespace engine
