#include "engine/formats/torch/pickle_machine.h"

#include "engine/formats/torch/pickle_program.h"
#include "engine/formats/torch/pickle_stack.h"
#include "engine/formats/torch/torch_objects.h"

#include <optional>
#include <string>
#include <utility>

namespace engine {

namespace {

constexpr std::size_t kMaxProgramBytes = 64u << 20; // models of 61 layers have 0.5 MiB
constexpr int kMaxProtocol = 5;

std::string hexByte(unsigned char byte) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    return {'0', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
}

// The operations. Nothing here recurses.
class Machine : PickleStack {
public:
    explicit Machine(std::span<const std::byte> program)
        : m_program(program) {}

    Expected<Pickle> run() {
        std::size_t at = 0;
        while (!m_isStopped && !error()) {
            at = m_program.position();
            step(m_program.takeNumber<unsigned char>());
            if (m_program.isCutShort())
                return failure(
                    ErrorCode::FileDamaged,
                    "the pickle ends within an operation; the file is cut short, download it again");
        }
        if (error())
            return failure(*error(), "byte " + std::to_string(at));
        return std::move(m_pickle);
    }

private:
    // Counts what is about to be kept, so that no file makes more of it than a model could need.
    bool mayKeep(std::size_t values) {
        if (values > kMaxPickleValues - m_kept) {
            damaged("expected at most " + std::to_string(kMaxPickleValues) + " values, found more");
            return false;
        }
        m_kept += values;
        return true;
    }

    // Containers.
    void pushTuple(std::vector<PickleValue> items) {
        if (mayKeep(1 + items.size()))
            push(&m_pickle.objects.tuples.emplace_back(PickleTuple{std::move(items)}));
    }
    void pushDict() {
        if (mayKeep(1))
            push(&m_pickle.objects.dicts.emplace_back());
    }
    // What is put into an object is dropped with all else that it would have been.
    static bool isObject(const PickleValue* value) {
        return value && std::holds_alternative<PickleObject>(*value);
    }
    void requireList() {
        const PickleValue* const value = top();
        if (value && !isObject(value) && !std::holds_alternative<PickleList>(*value))
            damaged("expected a list to append to, found something else");
    }
    void pushDictOf(const std::vector<PickleValue>& keysAndValues) {
        pushDict();
        setItems(keysAndValues);
    }
    void setItems(const std::vector<PickleValue>& keysAndValues) {
        const PickleValue* const value = top();
        if (isObject(value))
            return;
        PickleDict* const* const dict = value ? std::get_if<PickleDict*>(value) : nullptr;
        if (!dict || keysAndValues.size() % 2 != 0)
            return damaged("expected pairs for a dict, found something else");
        for (std::size_t i = 0; i < keysAndValues.size() && mayKeep(1); i += 2)
            if (const auto* const key = std::get_if<std::string_view>(&keysAndValues[i]))
                (*dict)->entries.emplace_back(*key, keysAndValues[i + 1]);
    }

    // Names, storages and calls.
    void pushGlobal(std::string_view module, std::string_view name) {
        if (mayKeep(1))
            push(&m_pickle.objects.globals.emplace_back(PickleGlobal{module, name}));
    }
    void pushStorage() {
        Expected<TorchStorage> storage = torchStorage(pop());
        if (!storage)
            return fail(storage.error().code, std::move(storage.error().message));
        if (mayKeep(1))
            push(&m_pickle.objects.storages.emplace_back(*storage));
    }
    static bool isFunction(const PickleGlobal& global, std::string_view module, std::string_view name) {
        return global.module == module && global.name == name;
    }
    void reduce() {
        const auto* const arguments = popAs<const PickleTuple*>("the arguments of a call");
        call(pop(), arguments);
    }
    void call(const PickleValue& callable, const PickleTuple* arguments) {
        if (!arguments || isObject(&callable)) // a call of what a call would have made
            return push(callable);
        const auto* const held = std::get_if<const PickleGlobal*>(&callable);
        if (!held)
            return damaged("expected a function to call, found something else");
        const PickleGlobal& function = **held;
        if (isFunction(function, "torch._tensor", "_rebuild_from_type_v2"))
            return callForType(function, *arguments);
        if (!imitate(function, *arguments))
            push(PickleObject{&function});
    }
    // A tensor of a class of its own: function, class, the function's arguments, attributes.
    void callForType(const PickleGlobal& function, const PickleTuple& arguments) {
        const auto& items = arguments.items;
        const auto* const inner = items.size() > 2 ? std::get_if<const PickleGlobal*>(&items[0]) : nullptr;
        const auto* const innerArguments = inner ? std::get_if<const PickleTuple*>(&items[2]) : nullptr;
        if (!innerArguments || !imitate(**inner, **innerArguments))
            push(PickleObject{&function});
    }
    // The functions that tensors are made with. False if it is none of them.
    bool imitate(const PickleGlobal& function, const PickleTuple& arguments) {
        const auto is = [&](std::string_view name) { return isFunction(function, "torch._utils", name); };
        if (is("_rebuild_tensor_v2") || is("_rebuild_tensor"))
            pushTensor(arguments);
        else if (is("_rebuild_tensor_v3"))
            pushTensor(arguments, numberTypeOf(arguments));
        else if (is("_rebuild_parameter") || is("_rebuild_parameter_with_state"))
            pushParameter(arguments);
        else if (isFunction(function, "collections", "OrderedDict") && arguments.items.empty())
            pushDict();
        else
            return false;
        return true;
    }
    void pushParameter(const PickleTuple& arguments) {
        const PickleValue* const value = arguments.items.empty() ? nullptr : &arguments.items[0];
        if (!value || !(isObject(value) || std::holds_alternative<const TorchTensor*>(*value)))
            return damaged("expected a parameter's tensor, found something else");
        push(*value);
    }
    void pushTensor(const PickleTuple& arguments, const PickleGlobal* numberType = nullptr) {
        Expected<TorchTensor> tensor = rebuiltTensor(arguments);
        if (!tensor)
            return fail(tensor.error().code, std::move(tensor.error().message));
        if (!mayKeep(2 + 2 * tensor->shape.size()))
            return;
        if (numberType) { // of plain bytes, which count differently: it can only be named
            tensor->storage = &m_pickle.objects.storages.emplace_back(
                TorchStorage{std::nullopt, numberType, tensor->storage->key, tensor->storage->elements});
        }
        push(&m_pickle.objects.tensors.emplace_back(std::move(*tensor)));
    }
    // An object of a class.
    void pushObject(const PickleValue& objectClass) {
        const auto* const global = std::get_if<const PickleGlobal*>(&objectClass);
        if (isObject(&objectClass))
            return push(objectClass);
        if (!global)
            return damaged("expected a class, found something else");
        push(PickleObject{*global});
    }
    void newObject(std::size_t operands) {
        for (std::size_t i = 0; i < operands; ++i)
            pop(); // arguments
        pushObject(pop());
    }
    void stop() {
        m_pickle.root = pop();
        if (hasValuesLeft())
            damaged("the pickle ends with values left over");
        m_isStopped = true;
    }

    void step(unsigned char byte) {
        switch (static_cast<PickleOpcode>(byte)) {
        case PickleOpcode::Proto:
            if (const int protocol = m_program.takeNumber<unsigned char>(); protocol > kMaxProtocol)
                fail(ErrorCode::UnsupportedFormat,
                     "expected a pickle of protocol 4 or earlier, found " + std::to_string(protocol));
            return;
        case PickleOpcode::Frame: return void(m_program.takeNumber<std::uint64_t>());
        case PickleOpcode::Stop: return stop();

        case PickleOpcode::None:
        case PickleOpcode::NewTrue:
        case PickleOpcode::NewFalse: return push(PickleOpaque{});
        case PickleOpcode::BinFloat: return skip(sizeof(double));
        case PickleOpcode::BinBytes: return skip(m_program.takeNumber<std::uint32_t>());
        case PickleOpcode::ShortBinBytes: return skip(m_program.takeNumber<std::uint8_t>());
        case PickleOpcode::BinBytes8:
        case PickleOpcode::ByteArray8: return skip(m_program.takeNumber<std::uint64_t>());
        case PickleOpcode::Float: static_cast<void>(m_program.takeLine()); return push(PickleOpaque{});
        case PickleOpcode::Int:
        case PickleOpcode::Long: return push(m_program.takeWrittenInteger());
        case PickleOpcode::BinInt: return push(std::int64_t{m_program.takeNumber<std::int32_t>()});
        case PickleOpcode::BinInt1: return push(std::int64_t{m_program.takeNumber<std::uint8_t>()});
        case PickleOpcode::BinInt2: return push(std::int64_t{m_program.takeNumber<std::uint16_t>()});
        case PickleOpcode::Long1: return push(m_program.takeInteger(m_program.takeNumber<std::uint8_t>()));
        case PickleOpcode::Long4:
            return push(
                m_program.takeInteger(m_program.takeNumber<std::uint32_t>())); // signed, but never negative
        case PickleOpcode::BinUnicode: return push(m_program.take(m_program.takeNumber<std::uint32_t>()));
        case PickleOpcode::BinUnicode8: return push(m_program.take(m_program.takeNumber<std::uint64_t>()));
        case PickleOpcode::BinString: return push(m_program.take(m_program.takeNumber<std::uint32_t>()));
        case PickleOpcode::ShortBinString:
        case PickleOpcode::ShortBinUnicode: return push(m_program.take(m_program.takeNumber<std::uint8_t>()));
        case PickleOpcode::Unicode: return push(m_program.takeLine());
        case PickleOpcode::String: return push(m_program.takeQuotedLine());

        case PickleOpcode::Mark: return pushMark();
        case PickleOpcode::Pop: return void(pop());
        case PickleOpcode::PopMark: return void(popToMark());
        case PickleOpcode::Dup:
            if (const PickleValue* const value = top())
                push(PickleValue(*value));
            return;
        case PickleOpcode::EmptyTuple: return pushTuple({});
        case PickleOpcode::Tuple1: return pushTuple(popItems(1));
        case PickleOpcode::Tuple2: return pushTuple(popItems(2));
        case PickleOpcode::Tuple3: return pushTuple(popItems(3));
        case PickleOpcode::Tuple: return pushTuple(popToMark());
        case PickleOpcode::EmptyList:
        case PickleOpcode::EmptySet: return push(PickleList{});
        case PickleOpcode::List:
        case PickleOpcode::FrozenSet: popToMark(); return push(PickleList{});
        case PickleOpcode::Append: pop(); return requireList();
        case PickleOpcode::Appends:
        case PickleOpcode::AddItems: popToMark(); return requireList();
        case PickleOpcode::EmptyDict: return pushDict();
        case PickleOpcode::Dict: return pushDictOf(popToMark());
        case PickleOpcode::SetItem: return setItems(popItems(2));
        case PickleOpcode::SetItems: return setItems(popToMark());

        case PickleOpcode::BinPut: return memoPut(m_program.takeNumber<std::uint8_t>());
        case PickleOpcode::LongBinPut: return memoPut(m_program.takeNumber<std::uint32_t>());
        case PickleOpcode::Put: return memoPut(m_program.takeWrittenIndex());
        case PickleOpcode::Memoize: return memoPut(memoSize());
        case PickleOpcode::Get: return memoGet(m_program.takeWrittenIndex());
        case PickleOpcode::BinGet: return memoGet(m_program.takeNumber<std::uint8_t>());
        case PickleOpcode::LongBinGet: return memoGet(m_program.takeNumber<std::uint32_t>());

        case PickleOpcode::Global: {
            const std::string_view module = m_program.takeLine();
            return pushGlobal(module, m_program.takeLine());
        }
        case PickleOpcode::StackGlobal: {
            const auto name = popAs<std::string_view>("a name"),
                       module = popAs<std::string_view>("a module's name");
            return pushGlobal(module, name);
        }
        case PickleOpcode::BinPersId: return pushStorage();
        case PickleOpcode::Reduce: return reduce();
        case PickleOpcode::NewObj: return newObject(1);
        case PickleOpcode::NewObjEx: return newObject(2);
        case PickleOpcode::Obj: {
            const std::vector<PickleValue> items = popToMark();
            return pushObject(items.empty() ? PickleValue() : items.front());
        }
        case PickleOpcode::Inst: {
            const std::string_view module = m_program.takeLine();
            pushGlobal(module, m_program.takeLine());
            const PickleValue objectClass = pop();
            popToMark();
            return pushObject(objectClass);
        }
        case PickleOpcode::Build:
            pop();
            return void(top()); // attributes beside the values, as a state_dict's _metadata
        }
        fail(ErrorCode::UnsupportedFormat,
             "the pickle operation " + hexByte(byte) + " is not known; save only the model's state_dict");
    }

    void skip(std::uint64_t bytes) {
        static_cast<void>(m_program.take(bytes));
        push(PickleOpaque{});
    }

    PickleProgram m_program;
    std::size_t m_kept = 0;
    bool m_isStopped = false;
    Pickle m_pickle;
};

} // namespace

Expected<Pickle> readPickle(std::span<const std::byte> program) {
    if (program.size() > kMaxProgramBytes)
        return failure(ErrorCode::FileDamaged,
                       "expected at most 64 MiB, found " + std::to_string(program.size()) + " bytes");
    return Machine(program).run();
}

} // namespace engine
