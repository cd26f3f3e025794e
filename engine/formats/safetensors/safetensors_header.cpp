#include "engine/formats/safetensors/safetensors_header.h"

#include "engine/formats/tensors/tensor_name.h"
#include "engine/formats/tensors/tensor_shape.h"

#include <nlohmann/json.hpp>

#include <limits>
#include <utility>

namespace engine {

namespace {

using Json = nlohmann::json;

std::string notJson(std::size_t position) {
    return "the header is not valid JSON at byte " + std::to_string(position) + " of it";
}

// Receives the JSON as events and keeps no tree, so that depth and repeated keys are seen as they come.
class HeaderEvents final : public Json::json_sax_t {
public:
    [[nodiscard]] SafetensorsHeader takeHeader() { return std::move(m_header); }
    [[nodiscard]] const std::string& problem() const { return m_problem; }

    bool start_object(std::size_t) override {
        switch (m_place) {
        case Place::Start: m_place = Place::Root; return true;
        case Place::MetadataValue: m_place = Place::Metadata; return true;
        case Place::TensorValue: m_place = Place::Tensor; return true;
        default: return unexpected("an object");
        }
    }

    bool key(string_t& text) override {
        m_key = text;
        if (m_place == Place::Root)
            return rootKey();
        if (m_place == Place::Metadata)
            return true;
        if (text == "dtype")
            return field(Place::Dtype, m_hasDtype);
        if (text == "shape")
            return field(Place::Shape, m_hasShape);
        if (text == "data_offsets")
            return field(Place::Offsets, m_hasOffsets);
        return fail("unknown field \"" + displayName(text) + "\"");
    }

    bool end_object() override {
        if (m_place == Place::Tensor && !(m_hasDtype && m_hasShape && m_hasOffsets))
            return fail("expected dtype, shape and data_offsets, found fewer");
        m_tensor.clear();
        m_place = m_place == Place::Root ? Place::End : Place::Root;
        return true;
    }

    bool start_array(std::size_t) override {
        m_count = 0;
        switch (m_place) {
        case Place::Shape: m_place = Place::InShape; return true;
        case Place::Offsets: m_place = Place::InOffsets; return true;
        default: return unexpected("an array");
        }
    }

    bool end_array() override {
        if (m_place == Place::InOffsets && m_count != 2)
            return fail("expected 2 data_offsets, found " + std::to_string(m_count));
        m_place = Place::Tensor;
        return true;
    }

    bool string(string_t& text) override {
        if (m_place == Place::Dtype) {
            entry().dtype = text;
            m_place = Place::Tensor;
            return true;
        }
        if (m_place == Place::Metadata)
            return m_header.metadata.emplace(std::move(m_key), text).second ||
                   fail("metadata key given twice");
        return unexpected("a string");
    }

    bool number_unsigned(number_unsigned_t number) override {
        if (m_place == Place::InShape) {
            if (++m_count > kMaxDimensions)
                return fail("expected at most " + std::to_string(kMaxDimensions) + " dimensions, found more");
            if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
                return fail("dimension " + std::to_string(number) + " is larger than any file");
            entry().shape.push_back(static_cast<std::int64_t>(number));
            return true;
        }
        if (m_place == Place::InOffsets) {
            if (++m_count > 2)
                return fail("expected 2 data_offsets, found more");
            entry().offsets[m_count - 1] = number;
            return true;
        }
        return unexpected("a number");
    }

    bool number_integer(number_integer_t number) override { return unexpected(std::to_string(number)); }
    bool number_float(number_float_t, const string_t& text) override { return unexpected(displayName(text)); }
    bool boolean(bool) override { return unexpected("true or false"); }
    bool null() override {
        // Some writers have this for "no metadata".
        if (m_place != Place::MetadataValue)
            return unexpected("null");
        m_place = Place::Root;
        return true;
    }
    bool binary(binary_t&) override { return unexpected("binary data"); }

    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
        return fail(notJson(position));
    }

private:
    // Where in the header the next event belongs.
    enum class Place {
        Start,
        Root,
        MetadataValue,
        Metadata,
        TensorValue,
        Tensor,
        Dtype,
        Shape,
        InShape,
        Offsets,
        InOffsets,
        End
    };

    bool rootKey() {
        if (m_key == "__metadata__") {
            m_place = Place::MetadataValue;
            return !std::exchange(m_hasMetadata, true) || fail("__metadata__ given twice");
        }
        m_place = Place::TensorValue;
        m_hasDtype = m_hasShape = m_hasOffsets = false;
        m_header.entries.emplace_back().name = m_key;
        m_tensor = m_key;
        return true;
    }

    bool field(Place place, bool& has) {
        m_place = place;
        return !std::exchange(has, true) || fail("field \"" + m_key + "\" given twice");
    }

    bool unexpected(const std::string& found) {
        switch (m_place) {
        case Place::MetadataValue:
        case Place::TensorValue:
            return fail("expected an object for \"" + displayName(m_key) + "\", found " + found);
        case Place::Metadata:
        case Place::Dtype:
            return fail("expected a string for \"" + displayName(m_key) + "\", found " + found);
        default: return fail("expected natural numbers for \"" + displayName(m_key) + "\", found " + found);
        }
    }

    bool fail(const std::string& what) {
        m_problem = m_tensor.empty() ? what : displayName(m_tensor) + ": " + what;
        return false;
    }

    SafetensorsHeader::Entry& entry() { return m_header.entries.back(); }

    SafetensorsHeader m_header;
    std::string m_problem;
    Place m_place = Place::Start;
    std::string m_key;
    std::string m_tensor; // whose object we are in
    std::size_t m_count = 0;
    bool m_hasMetadata = false, m_hasDtype = false, m_hasShape = false, m_hasOffsets = false;
};

} // namespace

Expected<SafetensorsHeader> parseSafetensorsHeader(std::string_view json) {
    // The parser would take a zero byte for the end of its input and everything behind it for granted.
    if (const std::size_t zero = json.find('\0'); zero != std::string_view::npos)
        return failure(ErrorCode::FileDamaged, notJson(zero));
    HeaderEvents events;
    if (!Json::sax_parse(json.begin(), json.end(), &events))
        return failure(ErrorCode::FileDamaged, events.problem());
    return events.takeHeader();
}

} // namespace engine
