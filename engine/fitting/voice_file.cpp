#include "engine/fitting/voice_file.h"

#include "engine/formats/safetensors/safetensors_writer.h"

#include <nlohmann/json.hpp>

namespace engine {

Expected<void> saveVoice(const std::filesystem::path& path, const ParameterLayout& layout,
                         std::span<const float> parameters, const VoiceRecord& record) {
    SafetensorsWriter writer;
    for (const Parameter& p : layout.parameters())
        if (p.use == TensorUse::Trained)
            if (auto added = writer.addFloat32(p.name, DataType::Float32, p.shape,
                                               parameters.subspan(p.offset, p.size));
                !added)
                return added;
    writer.setMetadata("inkgate.enhancement", toJson(layout.shape().model.enhancement));
    writer.setMetadata("inkgate.base_fingerprint", record.baseFingerprint);
    const nlohmann::ordered_json fit = {{"tokens", record.tokens},
                                        {"loss_before", record.lossBefore},
                                        {"loss_after", record.lossAfter},
                                        {"held_out_tokens", record.heldOutTokens},
                                        {"held_out_bytes", record.heldOutBytes},
                                        {"seed", record.seed}};
    writer.setMetadata("inkgate.fit", fit.dump());
    return writer.write(path);
}

} // namespace engine
